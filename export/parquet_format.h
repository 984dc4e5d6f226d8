/*
 * parquet_format.h - numbers of the Parquet format that writer and reader share.
 *
 * Source: parquet.thrift and the format documentation of apache/parquet-format.
 */
#pragma once

#include "base/status.h"

REEL_API_BEGIN

enum { REEL_PARQUET_MAGIC = 0x31524150 }; /**< "PAR1", little endian */

enum reel_parquet_type {
    REEL_PARQUET_BOOLEAN = 0,
    REEL_PARQUET_INT32 = 1,
    REEL_PARQUET_INT64 = 2,
    REEL_PARQUET_INT96 = 3,
    REEL_PARQUET_FLOAT = 4,
    REEL_PARQUET_DOUBLE = 5,
    REEL_PARQUET_BYTE_ARRAY = 6,
    REEL_PARQUET_FIXED = 7,
};

enum { REEL_PARQUET_REQUIRED = 0, REEL_PARQUET_OPTIONAL = 1, REEL_PARQUET_REPEATED = 2 };

enum reel_parquet_converted { REEL_PARQUET_UTF8 = 0, REEL_PARQUET_LIST = 3 };

enum reel_parquet_codec {
    REEL_PARQUET_UNCOMPRESSED = 0,
    REEL_PARQUET_SNAPPY = 1,
    REEL_PARQUET_GZIP = 2,
    REEL_PARQUET_ZSTD = 6,
};

enum reel_parquet_encoding {
    REEL_PARQUET_PLAIN = 0,
    REEL_PARQUET_PLAIN_DICTIONARY = 2,
    REEL_PARQUET_RLE = 3,
    REEL_PARQUET_RLE_DICTIONARY = 8,
};

/** Of the bounds in a column index. */
enum reel_parquet_order {
    REEL_PARQUET_UNORDERED = 0,
    REEL_PARQUET_ASCENDING = 1,
    REEL_PARQUET_DESCENDING = 2,
};

enum reel_parquet_page {
    REEL_PARQUET_DATA_PAGE = 0,
    REEL_PARQUET_INDEX_PAGE = 1,
    REEL_PARQUET_DICTIONARY_PAGE = 2,
    REEL_PARQUET_DATA_PAGE_V2 = 3,
};

REEL_API_END
