// Small conveniences; every page works without this file.
(() => {
  "use strict";

  // Countdowns: <time data-until="2026-11-24T10:00:00Z">.
  const span = (s) => {
    const d = Math.floor(s / 86400), h = Math.floor((s % 86400) / 3600), m = Math.floor((s % 3600) / 60);
    if (s >= 172800) return `${d} 天 ${h} 小时`;
    if (s >= 3600) return `${Math.floor(s / 3600)} 小时 ${m} 分`;
    if (s >= 60) return `${m} 分 ${s % 60} 秒`;
    return `${s} 秒`;
  };
  // The server's clock counts, not the visitor's.
  const skew = () => {
    const t = document.querySelector("[data-now]");
    return t ? Date.parse(t.dataset.now) - Date.now() : 0;
  };
  let offset = skew();
  const tick = () => {
    for (const el of document.querySelectorAll("[data-until]")) {
      const s = Math.round((Date.parse(el.dataset.until) - Date.now() - offset) / 1000);
      el.textContent = s >= 0 ? `剩余 ${span(s)}` : `已超时 ${span(-s)}`;
      el.classList.toggle("late", s < 0);
    }
  };
  tick();
  setInterval(tick, 1000);

  // Live parts: <div id="x" data-live="4"> is fetched again every so many
  // seconds and replaced, unless somebody is typing in it.
  const refresh = async () => {
    const part = document.querySelector("[data-live]");
    if (!part) return;
    const wait = (ms) => setTimeout(refresh, ms);
    if (document.hidden || part.contains(document.activeElement)) return wait(2000);
    try {
      const resp = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
      if (resp.ok) {
        const doc = new DOMParser().parseFromString(await resp.text(), "text/html");
        const fresh = doc.getElementById(part.id);
        if (fresh) {
          part.replaceWith(document.adoptNode(fresh));
          const now = doc.querySelector("[data-now]");
          if (now) offset = Date.parse(now.dataset.now) - Date.now();
          tick();
        }
      }
    } catch { /* the next round tries again */ }
    const again = document.querySelector("[data-live]");
    if (again) setTimeout(refresh, Number(again.dataset.live) * 1000);
  };
  const first = document.querySelector("[data-live]");
  if (first) setTimeout(refresh, Number(first.dataset.live) * 1000);

  // Uploads with a progress bar.
  for (const form of document.querySelectorAll("form[data-progress]")) {
    form.addEventListener("submit", (event) => {
      const bar = form.querySelector("progress"), say = form.querySelector("[data-say]"), button = form.querySelector("button:not(.link)");
      if (!bar || !window.XMLHttpRequest) return;
      if (event.submitter && event.submitter.hasAttribute("formaction")) return; // the other button: its own page
      event.preventDefault();
      const xhr = new XMLHttpRequest();
      xhr.open("POST", form.action);
      bar.hidden = false;
      button.disabled = true;
      xhr.upload.onprogress = (e) => {
        if (!e.lengthComputable) return;
        bar.max = e.total; bar.value = e.loaded;
        say.textContent = e.loaded < e.total ? `正在上传 ${Math.floor(100 * e.loaded / e.total)}%` : "已传完，正在保存……";
      };
      xhr.onload = () => {
        if (xhr.status < 400 && xhr.responseURL) { location.assign(xhr.responseURL); return; }
        // What was wrong comes as a page: take its content over.
        const doc = new DOMParser().parseFromString(xhr.responseText, "text/html");
        const main = doc.querySelector("main");
        if (main) { document.querySelector("main").replaceWith(document.adoptNode(main)); window.scrollTo(0, 0); } else { location.reload(); }
      };
      xhr.onerror = () => { bar.hidden = true; button.disabled = false; say.textContent = "网络中断，请重试。文件没有收下。"; };
      xhr.send(new FormData(form));
    });
  }

  for (const b of document.querySelectorAll("[data-print]")) b.addEventListener("click", () => window.print());
  for (const f of document.querySelectorAll("form[data-confirm]"))
    f.addEventListener("submit", (e) => { if (!window.confirm(f.dataset.confirm)) e.preventDefault(); });
})();
