"""The scale at many places against that of a sphere at each of them."""

import numpy as np
from landcarbon.core.accounting.ground_scale import ground_scale

RADIUS = 6371000.0


def of_a_sphere(places):
    """Metres in a degree of longitude and latitude."""
    degree = np.radians(1.0) * RADIUS
    return np.column_stack((degree * np.cos(np.radians(places[:, 1])), np.full(len(places), degree)))


def places(count, degrees, seed=3):
    return np.array([120.0, 31.0]) + np.random.default_rng(seed).random((count, 2)) * degrees


def test_few_places_have_their_own_scale():
    few = places(20, 10)
    np.testing.assert_array_equal(ground_scale(few, of_a_sphere), of_a_sphere(few))


def test_many_places_have_it_to_the_bend_between_knots():
    # The error between knots is at most step^2 / 8 of the second derivative, here the cosine itself.
    for degrees in (1.0, 10.0):
        many = places(5000, degrees)
        bound = np.radians(degrees / 16) ** 2 / 8
        np.testing.assert_allclose(ground_scale(many, of_a_sphere), of_a_sphere(many), rtol=1.01 * bound)


def test_places_on_one_line_have_it_too():
    many = places(1000, np.array([0.0, 1.0]))
    np.testing.assert_allclose(ground_scale(many, of_a_sphere), of_a_sphere(many), rtol=2e-7)
