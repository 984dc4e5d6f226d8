/*
 * page_text.h - style and script of the page of players: page.css and page.js as they are.
 */
#pragma once

#include "base/status.h"

REEL_API_BEGIN

extern const char reel_page_css[]; /**< app/page.css */
extern const char reel_page_js[];  /**< app/page.js */

REEL_API_END
