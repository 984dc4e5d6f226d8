"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (query, from) => Array.from((from || document).querySelectorAll(query));
  const clips = all(".clip").map((article) => ({
    article,
    fps: Number(article.dataset.fps),
    figures: all("figure", article).map((figure) => ({
      figure,
      kind: figure.dataset.kind,
      video: figure.querySelector("video"),
    })),
    seen: false,
  }));
  const MOST_VIDEOS = 48; /* on a page: more of them stop playing smoothly */
  let shown = clips, page = 0, time = 0, before = null, playing = false, rate = 1, checked = 0;

  const kindsShown = () => new Set(all("#kinds input").filter((i) => i.checked).map((i) => i.value));
  const videosOf = (clip) => clip.figures.filter((f) => !f.figure.hidden).map((f) => f.video);

  /* ---- which clips ---- */
  const perPage = () => {
    const each = Math.max(1, ...clips.map((c) => videosOf(c).length));
    return Math.max(4, Math.floor(MOST_VIDEOS / each));
  };

  function lay() {
    const kinds = kindsShown(), family = byId("family").value, split = byId("split").value;
    for (const clip of clips) {
      for (const f of clip.figures) {
        f.figure.hidden = !kinds.has(f.kind);
      }
    }
    shown = clips.filter((c) => (!family || c.article.dataset.family === family) &&
                                (!split || c.article.dataset.split === split));
    const size = perPage(), last = Math.max(0, Math.ceil(shown.length / size) - 1);
    page = Math.min(page, last);
    const here = new Set(shown.slice(page * size, (page + 1) * size));
    for (const clip of clips) {
      clip.article.hidden = !here.has(clip);
    }
    byId("clips").classList.toggle("wide", clips.some((c) => videosOf(c).length > 1));
    byId("where").textContent = shown.length === 0 ? "no clips" :
      `${page * size + 1}–${page * size + here.size} of ${shown.length}`;
    byId("previous").disabled = page === 0;
    byId("next").disabled = page === last;
    byId("pages").hidden = last === 0;
    pauseHidden();
  }

  function pauseHidden() {
    for (const clip of clips) {
      for (const f of clip.figures) {
        if (!f.video.paused && (clip.article.hidden || f.figure.hidden || !clip.seen)) {
          f.video.pause();
        }
      }
    }
  }

  /* ---- one clock for all ---- */
  const longest = () => Math.max(0.001, ...shown.filter((c) => !c.article.hidden)
    .map((c) => Number(c.article.dataset.frames) / c.fps));

  function follow(video, target, clip) {
    if (video.readyState < 1) {
      video.preload = "auto";
      return;
    }
    const length = video.duration;
    let ahead = video.currentTime - target;
    ahead -= length * Math.round(ahead / length); /* it loops */
    if (playing) {
      /* what is a little off is made to catch up, what is far off is put right */
      video.playbackRate = rate * (1 - Math.max(-0.2, Math.min(0.2, 1.5 * ahead)));
      if (video.paused) {
        video.play().catch(() => {});
      }
    } else {
      video.pause();
    }
    if (Math.abs(ahead) > (playing ? 0.25 : 0.4 / clip.fps) && !video.seeking) {
      video.currentTime = target;
    }
  }

  function tick(now) {
    if (before !== null && playing) {
      time += (now - before) / 1000 * rate;
    }
    before = now;
    if (now - checked > 80) {
      checked = now;
      for (const clip of shown) {
        if (clip.article.hidden || !clip.seen) {
          continue;
        }
        const length = Number(clip.article.dataset.frames) / clip.fps;
        /* at rest, the middle of a frame: nothing is rounded into its neighbour */
        const frame = Math.floor((time % length) * clip.fps + 1e-6);
        const target = playing ? time % length : (frame + 0.5) / clip.fps;
        for (const video of videosOf(clip)) {
          follow(video, target, clip);
        }
      }
      if (playing) {
        const whole = longest();
        byId("time").value = String((time % whole) / whole);
      }
    }
    requestAnimationFrame(tick);
  }

  function setPlaying(on) {
    playing = on;
    byId("play").textContent = on ? "Pause" : "Play";
    pauseHidden();
  }

  function step(frames) {
    setPlaying(false);
    const fps = shown.length ? shown[0].fps : 24, whole = longest();
    const frame = Math.round(Math.floor(time % whole * fps + 1e-6)) + frames;
    const n = Math.round(whole * fps);
    time = ((frame % n + n) % n) / fps;
    byId("time").value = String(time / whole);
  }

  /* ---- controls ---- */
  for (const clip of clips) {
    for (const f of clip.figures) {
      f.video.removeAttribute("controls");
    }
  }
  byId("play").addEventListener("click", () => setPlaying(!playing));
  byId("back").addEventListener("click", () => step(-1));
  byId("forward").addEventListener("click", () => step(1));
  byId("rate").addEventListener("change", (e) => { rate = Number(e.target.value); });
  byId("time").addEventListener("input", (e) => {
    setPlaying(false);
    time = Math.min(Number(e.target.value), 0.9999) * longest();
  });
  for (const id of ["family", "split"]) {
    byId(id).addEventListener("change", () => { page = 0; lay(); });
  }
  all("#kinds input").forEach((i) => i.addEventListener("change", lay));
  for (const [id, by] of [["previous", -1], ["next", 1]]) {
    byId(id).addEventListener("click", () => {
      page += by;
      lay();
      byId("clips").scrollIntoView();
    });
  }
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      clips.find((c) => c.article === entry.target).seen = entry.isIntersecting;
    }
    pauseHidden();
  }, { rootMargin: "100px" });
  clips.forEach((c) => watcher.observe(c.article));
  byId("bar").hidden = !clips.some((c) => c.figures.length); /* there is nothing to play */
  lay();
  setPlaying(!matchMedia("(prefers-reduced-motion: reduce)").matches);
  requestAnimationFrame(tick);
})();
