// The page as it would look with what is typed now (fallback: it is drawn anew when the form is saved).
(() => {
  const form = document.querySelector('form[data-preview]'), phone = document.querySelector('#screen');
  if (!form || !phone) return;
  let wait, last = 0;
  const draw = async () => {
    const mine = ++last, answer = await fetch(form.dataset.preview, { method: 'POST', body: new FormData(form) }).catch(() => null);
    if (answer?.ok && mine === last) phone.innerHTML = await answer.text();
  };
  form.addEventListener('input', () => { clearTimeout(wait); wait = setTimeout(draw, 400); });
})();
