"""The tour: pictures of every page, sheet and dialog of the real window."""

from hue_desktop.ui.tour.tour import Picture, take_tour, tour_pictures

__all__ = ["Picture", "take_tour", "tour_pictures"]
