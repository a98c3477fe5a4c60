// A page of the queue is fetched again when something has changed, and its parts are exchanged where they differ (fallback: the refresh
// of a page without scripts, and its link). Where the stream does not come through, it asks every 15 seconds.
(() => {
  const d = document, live = d.querySelector('[data-live]'), back = d.querySelector('[data-back]');
  if (back) setTimeout(() => location.replace(back.dataset.back), 6e4); // a device is ready for the next person
  // the code of a booking is read by a hand scanner, which types where the focus is: digits typed beside the box go into it; or by the camera
  // where the browser reads codes itself (fallback: the box is filled by hand). Staff who have switched keys off click the box first.
  const box = d.querySelector('[data-scan]'), there = d.querySelector('template[data-camera]');
  if (box && (!d.body.classList.contains('st') || d.body.dataset.keys === 'on')) d.addEventListener('keydown', e => {
    if (!/^[0-9]$/.test(e.key) || e.ctrlKey || e.metaKey || e.altKey || /INPUT|SELECT|TEXTAREA/.test(d.activeElement.tagName)) return;
    box.value = ''; box.focus();
  });
  if (box && there && window.BarcodeDetector && navigator.mediaDevices) {
    there.after(there.content.cloneNode(true));
    const place = there.nextElementSibling, eye = place.querySelector('button');
    eye.addEventListener('click', async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }).catch(() => null);
      if (!stream) { place.remove(); box.focus(); return; }
      const video = d.createElement('video'), reader = new BarcodeDetector({ formats: ['qr_code'] }), until = Date.now() + 3e4;
      video.muted = video.playsInline = true; video.className = 'q-eye'; video.srcObject = stream; place.hidden = true; place.after(video);
      video.play().catch(() => 0);
      const look = async () => {
        const found = (await reader.detect(video).catch(() => [])).map(x => x.rawValue).find(x => /^[0-9]{8}$/.test(x));
        if (!found && Date.now() < until) { setTimeout(look, 200); return; }
        stream.getTracks().forEach(x => x.stop()); video.remove(); place.hidden = false;
        if (found) { box.value = found; box.form.requestSubmit(); }
      };
      look();
    });
  }
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
