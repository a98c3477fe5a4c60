// Progressive enhancement only. Every feature below has a server-rendered fallback.
(() => {
  const d = document, root = d.documentElement, $ = (s, c = d) => c.querySelector(s), $$ = (s, c = d) => [...c.querySelectorAll(s)];
  root.classList.add('js');
  // 1. display settings (fallback: form POST -> cookie)
  $$('[data-set]').forEach(b => b.addEventListener('click', e => {
    e.preventDefault();
    const [k, v] = b.dataset.set.split(':');
    const on = root.dataset[k] === v && k === 'contrast';
    if (on || v === 'std') delete root.dataset[k]; else root.dataset[k] = v;
    $$(`[data-set^="${k}:"]`).forEach(x => x.setAttribute('aria-pressed', String((root.dataset[k] || 'std') === x.dataset.set.split(':')[1])));
    const body = new FormData(b.form); body.set(k, root.dataset[k] || 'std'); // the cookie is the server's: no script reads it
    fetch(b.form.action, { method: 'POST', body, redirect: 'manual', keepalive: true });
  }));
  // 2. error summary takes focus
  $('.errsum')?.focus();
  // 3. 和暦 -> 西暦 echo
  const base = { r: 2018, h: 1988, s: 1925, t: 1911, m: 1867, ad: 0 };
  $$('.wareki').forEach(w => {
    const out = $('#' + w.dataset.echo);
    const upd = () => {
      const r = $('input[type=radio]:checked', w), raw = ($('[data-y]', w).value || '').normalize('NFKC').trim();
      const y = raw === '元' ? 1 : parseInt(raw, 10);
      if (!r || !y) { out.textContent = ''; return; }
      const label = r.parentElement.cloneNode(true); $$('rt,rp', label).forEach(x => x.remove()); // 令和, not 令和れいわ
      const era = r.value, name = label.textContent.trim();
      const say = { name, y: y === 1 ? '元' : y, ad: base[era] + y };
      out.textContent = (era === 'ad' ? w.dataset.ad : w.dataset.words).replace(/\{(\w+)\}/g, (_, k) => say[k]);
    };
    w.addEventListener('input', upd);
  });
  // 3b. questions that hang on another one of this page (fallback: the words say when to answer)
  const test = (c, v) => c.split('または').some(o => o.split('かつ').every(t => {
    const m = t.replace(/[()()]/g, '').trim().match(/^(\S+)\s*(=|≠|を含む)\s*(\S+)$/); if (!m) return true;
    const a = v(m[1]), w = { 'はい': 'yes', 'いいえ': 'no' }[m[3]] || m[3];
    return !a ? true : m[2] === '≠' ? (a.length || m[1] === '結果') && !a.includes(w) : a.includes(w);
  }));
  $$('form').forEach(f => {
    const hang = $$('[data-when]', f); if (!hang.length) return;
    const upd = () => hang.forEach(h => {
      const own = $('input,select,textarea', h), p = own && own.name.match(/^(.*?\.\d+\.)/), pre = p ? p[1] : '';
      h.hidden = !test(h.dataset.when, n => {
        const es = $$(`[name="${n === '結果' ? 'outcome' : pre + n}"]`, f); if (!es.length) return null;
        return es.filter(e => (!/radio|checkbox/.test(e.type) || e.checked) && !e.closest('[hidden]')).map(e => e.value).filter(Boolean);
      });
    });
    f.addEventListener('change', upd); addEventListener('pageshow', upd); upd();
  });
  // 3c. more than can be sent at once is said before it is sent (the server says so too, after the whole upload)
  $$('form[data-most]').forEach(f => f.addEventListener('submit', e => {
    const sum = $$('input[type=file]', f).flatMap(i => [...i.files]).reduce((n, x) => n + x.size, 0);
    $('.too-much', f)?.remove();
    if (sum < f.dataset.most - 1e5) return;
    e.preventDefault(); e.stopImmediatePropagation();
    $('.actions', f).before($('template', f).content.cloneNode(true)); $('.too-much', f).focus();
  }));
  // 4. double-submit guard (the server files once anyway)
  $$('form').forEach(f => f.addEventListener('submit', e => {
    if (f.dataset.sent && !e.submitter?.name) { e.preventDefault(); return; }
    f.dataset.sent = 1; setTimeout(() => delete f.dataset.sent, 8000);
    addEventListener('pageshow', () => delete f.dataset.sent);
  }));
  // 5. staff keys (WCAG 2.1.4): switched off in the display settings there is no listener at all. A key only moves the
  // focus or opens a form or page; what changes anything is pressed there.
  const go = t => { const box = t.closest('details'); if (box) box.open = true; t.matches('a') ? t.click() : t.focus(); };
  if (d.body.dataset.keys === 'on') d.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.target.isContentEditable || /INPUT|SELECT|TEXTAREA/.test(e.target.tagName) && !/checkbox|radio/.test(e.target.type)) return;
    const help = $('#keyhelp');
    if (help.open) return;
    if (e.key === '?') { e.preventDefault(); help.showModal(); return; }
    const t = e.key.length === 1 && $(`[data-key="${CSS.escape(e.key.toLowerCase())}"]`);
    if (t) { e.preventDefault(); go(t); return; }
    if (e.key === 'j' || e.key === 'k') {
      const a = $$('.apps a'), row = d.activeElement.closest('.apps tr'), i = row ? a.findIndex(x => row.contains(x)) : a.findIndex(x => x.ariaCurrent);
      a[Math.min(a.length - 1, Math.max(0, i + (e.key === 'j' ? 1 : -1)))]?.focus();
    }
  });
  // 6. tick everything on the page (fallback: the choice "all of the filter")
  $$('[data-all]').forEach(all => all.addEventListener('change', () => $$(`input[form="${all.dataset.all}"][type=checkbox]`).forEach(c => { c.checked = all.checked; })));
  // 6b. work that goes on shows how far it is: the page is fetched again and its parts exchanged where they differ, until it no longer
  // asks for it (fallback: the link that opens the page again). What has the focus stays, what nobody looks at waits.
  const poll = $('[data-poll]');
  if (poll) {
    const next = async () => {
      if (!d.hidden) {
        const r = await fetch(location.href).catch(() => null);
        if (r?.redirected || r?.status === 404) return;
        if (r?.ok) {
          const page = new DOMParser().parseFromString(await r.text(), 'text/html');
          $$('[data-part]').forEach(old => {
            const now = page.getElementById(old.id);
            if (now && now.innerHTML !== old.innerHTML && !old.contains(d.activeElement)) old.innerHTML = now.innerHTML;
          });
          if (!$('[data-poll]', page)) return;
        }
      }
      setTimeout(next, poll.dataset.poll * 1e3);
    };
    setTimeout(next, poll.dataset.poll * 1e3);
  }
  // 7. a tablet at the counter forgets after ten minutes untouched (fallback: a refresh without scripts; the server counts too)
  const bar = $('[data-idle]');
  if (bar) {
    let told = Date.now();
    const over = () => Date.now() - told > bar.dataset.idle * 1e3 + 2e3 && (location.replace('/counter/'), true);
    const touched = () => {
      if (over() || Date.now() - told < 3e4) return;
      told = Date.now(); fetch('/counter/alive/').then(r => r.redirected && location.replace('/counter/'));
    };
    ['input', 'keydown', 'pointerdown'].forEach(t => addEventListener(t, touched));
    setInterval(over, 5e3); d.addEventListener('visibilitychange', over);
  }
  // 8. a list that is printed at the counter (fallback: the browser's own menu)
  $$('[data-print]').forEach(b => b.addEventListener('click', () => print()));
})();
