"""The science of LandCarbon: arrays in, arrays out. Nothing here imports QGIS."""
