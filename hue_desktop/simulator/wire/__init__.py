"""AWS's wire protocols, driven by botocore's service models.

A request is recognised (:mod:`.credentials`, :mod:`.protocols`), read into the model's members and
checked (:mod:`.reading`), answered by the region, checked again and written (:mod:`.writing`,
:mod:`.xml`) and sent by the front (:mod:`.front`). Nothing here knows what a cluster is.
"""
