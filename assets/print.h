/*
 * print.h - pictures of our own, drawn by formula: letters, numbers and marks to print on things.
 *
 * They are ink on clear ground, so the thing's own colour and pattern show between. All is double
 * arithmetic, rounded once: equal words give equal pixels everywhere. Thread-safety: pure.
 */
#pragma once

#include "base/scene.h"

REEL_API_BEGIN

/** Most letters of a text. */
#define REEL_PRINT_LETTERS 24

/**
 * The picture that `words` name, as an image of colour in `arena`; `ink` is linear RGB.
 *   "number 7"      a white disc with the number in ink, 48 x 48
 *   "text FRAGILE"  a line of letters (A-Z, 0-9, . - ! and spaces), 32 px high
 *   "label COLA"    a band of ink around a can with the word on it twice, 128 x 64
 *   "stamp FRAGILE" the word between two lines and arrows that point up, 96 x 96
 *   "die"           the six sides of a die as REEL_MAPPING_FACES takes them, 96 x 64
 *   "target"        rings, 64 x 64
 * out->name is "". @return REEL_OK; REEL_E_SCENE (no such picture); REEL_E_NOMEM.
 */
reel_status reel_image_print(reel_arena *arena, const char *words, const double ink[3],
                             reel_image *out, reel_error *err) REEL_MUST_CHECK;

REEL_API_END
