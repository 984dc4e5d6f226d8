/* control_card.c - what a card says of control videos; the codes are those of control.h. */
#include "export/control.h"

void reel_control_card(reel_controls kinds, reel_bytes *out)
{
    static const char *const texts[REEL_CONTROL_COUNT] = {
        "grey, near is bright: 255 (1/z - 1/far) / (1/near - 1/far), near and far being the least "
        "and greatest depth in the clip; 0 = nothing there",
        "instance ids in the palette of Pascal VOC; black = environment or nothing",
        "white on black: `cv2.Canny(rgb, 100, 200)` of the colour",
        "forward flow on the colour wheel of Baker et al. (2007): white = none, full colour = "
        "width / 32 pixels a frame, faster is darker; black = no surface; the last frame repeats "
        "the one before",
        "white = applied forces, as Gaussians that start where a force acts and move along it, "
        "farther for a larger change of velocity; red = impacts",
    };
    if (kinds) {
        reel_bytes_text(out,
                        "### Control videos\n\nPictures to condition on, not to measure in.\n\n"
                        "| kind | picture |\n|---|---|\n");
    }
    for (int k = 0; k < REEL_CONTROL_COUNT; k++) {
        if (kinds & REEL_CONTROL_BIT(k)) {
            reel_bytes_printf(out, "| %s | %s |\n", reel_control_name((reel_control)k), texts[k]);
        }
    }
    reel_bytes_text(out, kinds ? "\n" : "");
}
