#include "export/mp4.h"
#include "export/sink.h"
#include "export/zarr_internal.h"

enum { SIZE = 64 };

const char *const *reel_export_versions(void)
{
    static char x264[SIZE], codec[SIZE], format[SIZE], blosc[SIZE], zstd[SIZE];
    static const char *const pairs[] = {"blosc",       blosc,  "libavcodec", codec,
                                        "libavformat", format, "libx264",    x264,
                                        "zstd",        zstd,   NULL};
    if (x264[0] == '\0') {
        reel_mp4_x264_version(x264, sizeof(x264));
        reel_mp4_av_versions(codec, format, SIZE);
        reel_zarr_codec_versions(blosc, zstd, SIZE);
    }
    return pairs;
}
