"""The twelve scenes: name, source, seed, first frame, overrides, what it is for."""
import os

SCENES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scenes")


def own(name):
    return os.path.join(SCENES, name + ".lua")


SUITE = [
    ("toss", "toss", 3, 30, [], "shipped family"),
    ("shapes", "shapes", 2, 40, [], "shipped family"),
    ("tower", "tower", 4, 40, [], "shipped family"),
    ("dominoes", "dominoes", 1, 50, [], "shipped family"),
    ("billiards", "billiards", 1, 40, [], "shipped family"),
    ("terrain", "terrain", 1, 40, [], "shipped family"),
    ("metal", own("metal"), 1, 12, [], "metals, polished to brushed"),
    ("glass", own("glass"), 1, 12, [], "clear matter"),
    ("lamps", own("lamps"), 1, 12, [], "many lights"),
    ("indoor", own("indoor"), 1, 12, [], "a room, a window and a lamp"),
    ("night", own("night"), 1, 12, [], "spot lights, glow and stars"),
    ("crowd", own("crowd"), 1, 12, [], "200 objects"),
]
