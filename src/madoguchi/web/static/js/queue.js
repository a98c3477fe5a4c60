// A page of the queue is fetched again when something has changed, and its parts are exchanged where they differ (fallback: the refresh
// of a page without scripts, and its link). Where the stream does not come through, it asks every 15 seconds.
(() => {
  const d = document, live = d.querySelector('[data-live]'), back = d.querySelector('[data-back]');
  if (back) setTimeout(() => location.replace(back.dataset.back), 6e4); // a device is ready for the next person
  if (!live) return;
  let last, busy = false, again = false, timer;
  const fresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    const r = await fetch(location.href).catch(() => null);
    if (r?.ok) {
      const page = new DOMParser().parseFromString(await r.text(), 'text/html');
      d.querySelectorAll('[data-part]').forEach(old => {
        const now = page.getElementById(old.id);
        if (now && now.innerHTML !== old.innerHTML && !old.contains(d.activeElement)) old.innerHTML = now.innerHTML;
      });
    }
    busy = false; if (again) { again = false; fresh(); }
  };
  const poll = () => { timer ??= setInterval(() => d.hidden || fresh(), 15e3); };
  if (!window.EventSource) { poll(); return; }
  const open = () => {
    const source = new EventSource(live.dataset.live);
    source.onmessage = e => { clearInterval(timer); timer = undefined; if (last !== undefined && last !== e.data) fresh(); last = e.data; };
    source.onerror = () => { if (source.readyState === 2) poll(); };
    return source;
  };
  let source = open();
  d.addEventListener('visibilitychange', () => { source.close(); if (!d.hidden) { source = open(); fresh(); } });
})();
