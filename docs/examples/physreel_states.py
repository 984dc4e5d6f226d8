"""Frames of a physreel record, drawn again: numpy and libphysreel.so, nothing else.

    from physreel_states import Clip

    with Clip("out/toss/records/train/000/toss_000000") as clip:
        frame = clip.draw(stream=0, frame=7, planes=["rgb", "depth", "instance"])
        large = clip.draw(0, 7, ["rgb"], size=(1920, 1080))["rgb"]

Arrays are as stored: docs/labels.md says what their values mean. One Clip, one thread at a time.
"""
import ctypes
import ctypes.util
import os

import numpy as np

ABI = 1


class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int32) for name in
                ("streams", "frames", "width", "height", "fps", "instances")] + \
               [("depth_scale", ctypes.c_double)] + \
               [(name, ctypes.c_char_p) for name in ("clip_id", "family", "quality", "version")]


class Plane(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("dtype", ctypes.c_char_p),
                ("itemsize", ctypes.c_int32), ("channels", ctypes.c_int32)]


def load(path=None):
    """The library: `path`, else $PHYSREEL_LIBRARY, else where the system keeps its libraries."""
    path = path or os.environ.get("PHYSREEL_LIBRARY") or ctypes.util.find_library("physreel")
    if not path:
        raise OSError("no libphysreel: name it in $PHYSREEL_LIBRARY")
    lib = ctypes.CDLL(path)
    if lib.reel_reader_abi() != ABI:
        raise OSError(f"{path} speaks another version of this interface")
    reader, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    lib.reel_reader_open.argtypes = [text, text, number, ctypes.POINTER(reader)]
    lib.reel_reader_close.argtypes = [reader]
    lib.reel_reader_close.restype = None
    lib.reel_reader_error.argtypes = [reader]
    lib.reel_reader_error.restype = text
    lib.reel_reader_get_info.argtypes = [reader, ctypes.POINTER(Info)]
    lib.reel_reader_get_plane.argtypes = [number, ctypes.POINTER(Plane)]
    for name in ("reel_reader_stream_id", "reel_reader_camera"):
        getattr(lib, name).argtypes = [reader, number]
        getattr(lib, name).restype = text
    lib.reel_reader_render.argtypes = [reader, number, number, number, number, number,
                                       ctypes.POINTER(text), ctypes.POINTER(ctypes.c_void_p),
                                       ctypes.POINTER(ctypes.c_size_t)]
    lib.reel_reader_view.argtypes = [reader, number, number, number, number,
                                     ctypes.POINTER(ctypes.c_double),
                                     ctypes.POINTER(ctypes.c_double)]
    return lib


class Clip:
    """A record: its folder, or its manifest.json. `quality` and `samples` of rgb: as recorded."""

    def __init__(self, path, quality=None, samples=0, library=None):
        self._lib = library or load()
        self._reader = ctypes.c_void_p()
        try:
            self._check(self._lib.reel_reader_open(
                os.fsencode(path), quality.encode() if quality else None, samples,
                ctypes.byref(self._reader)))
        except (OSError, ValueError):
            self.close()
            raise
        info, plane, self.planes = Info(), Plane(), {}
        self._check(self._lib.reel_reader_get_info(self._reader, ctypes.byref(info)))
        for name, _ in Info._fields_:
            value = getattr(info, name)
            setattr(self, name, value.decode() if isinstance(value, bytes) else value)
        while self._lib.reel_reader_get_plane(len(self.planes), ctypes.byref(plane)) == 0:
            self.planes[plane.name.decode()] = (np.dtype(plane.dtype.decode()), plane.channels)
        streams = range(self.streams)
        self.streams = [self._lib.reel_reader_stream_id(self._reader, i).decode() for i in streams]
        self.cameras = [self._lib.reel_reader_camera(self._reader, i).decode() for i in streams]

    def _check(self, status):
        if status:
            words = self._lib.reel_reader_error(self._reader).decode()
            raise (ValueError if status == 64 else OSError)(words)

    def draw(self, stream, frame, planes, size=None):
        """{plane: array} of one frame; size (width, height), None: as recorded."""
        width, height = size or (self.width, self.height)
        arrays = {}
        for name in planes:
            dtype, channels = self.planes.get(name, (np.dtype("u1"), 1))
            shape = (height, width, 3) if name == "rgb" else \
                (height, width) if channels == 1 else (channels, height, width)
            arrays[name] = np.empty(shape, dtype)
        n = len(arrays)
        self._check(self._lib.reel_reader_render(
            self._reader, stream, frame, width, height, n,
            (ctypes.c_char_p * n)(*(name.encode() for name in arrays)),
            (ctypes.c_void_p * n)(*(a.ctypes.data for a in arrays.values())),
            (ctypes.c_size_t * n)(*(a.nbytes for a in arrays.values()))))
        return arrays

    def view(self, stream, frame, size=None):
        """K [3, 3] in px and cam_from_world [4, 4]."""
        width, height = size or (0, 0)
        k, m = (ctypes.c_double * 9)(), (ctypes.c_double * 16)()
        self._check(self._lib.reel_reader_view(self._reader, stream, frame, width, height, k, m))
        return np.array(k).reshape(3, 3), np.array(m).reshape(4, 4)

    def close(self):
        self._lib.reel_reader_close(self._reader)
        self._reader = ctypes.c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
