// The box in which somebody signs at the counter (fallback: the name is typed). What was drawn goes along as a PNG when the form is sent.
(() => {
  const box = document.querySelector('[data-sign]');
  if (!box) return;
  const canvas = box.querySelector('canvas'), pen = canvas.getContext('2d'), out = box.querySelector('input');
  const at = e => { const r = canvas.getBoundingClientRect(); return [(e.clientX - r.left) * canvas.width / r.width, (e.clientY - r.top) * canvas.height / r.height]; };
  let down = false, inked = false;
  out.name = 'picture'; // named here: a page without scripts sends none, and is told of no box to sign in
  pen.lineWidth = 4; pen.lineCap = pen.lineJoin = 'round';
  canvas.addEventListener('pointerdown', e => { down = true; canvas.setPointerCapture(e.pointerId); pen.beginPath(); pen.moveTo(...at(e)); e.preventDefault(); });
  canvas.addEventListener('pointermove', e => { if (!down) return; pen.lineTo(...at(e)); pen.stroke(); inked = true; });
  ['pointerup', 'pointercancel'].forEach(t => canvas.addEventListener(t, () => { down = false; }));
  box.querySelector('button').addEventListener('click', () => { pen.clearRect(0, 0, canvas.width, canvas.height); inked = false; });
  box.closest('form').addEventListener('submit', () => { out.value = inked ? canvas.toDataURL('image/png') : ''; });
})();
