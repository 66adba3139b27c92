"""The ground floor: values and rules. No I/O, no Qt, no threads."""
