/*
 * picture.h - images of files beside a script. Internal to this folder.
 */
#pragma once

#include "scenes/build.h"
#include "scenes/fields.h"

REEL_API_BEGIN

/** Index of the image whose file `field` names (.hdr for radiance, else .png), read if the scene
 * does not have it yet; -1 if the field is absent. */
int reel_picture_read(reel_fields *f, const char *field, reel_image_kind kind);

REEL_API_END
