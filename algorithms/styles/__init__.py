"""Styles of loaded outputs, a module per group of algorithms, and what they are made of.

A style is a function of a layer that sets its renderer from its data. It is applied when the layer is loaded,
and kept with file outputs (`sinks.Results`), because nothing is loaded in `qgis_process`.
"""
