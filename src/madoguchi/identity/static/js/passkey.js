// Passkeys: the browser makes or shows one, the form carries the answer. Without script the button stays away.
(() => {
  const d = document, f = d.querySelector('form[data-passkey]');
  if (!f) return;
  const bytes = s => Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
  const text = b => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const ask = JSON.parse(f.dataset.passkey), b = f.querySelector('[data-passkey-go]'), out = f.querySelector('[data-passkey-out]');
  const said = f.querySelector('[data-passkey-said]');
  ask.challenge = bytes(ask.challenge);
  if (ask.user) ask.user.id = bytes(ask.user.id);
  for (const k of ['excludeCredentials', 'allowCredentials']) (ask[k] || []).forEach(c => { c.id = bytes(c.id); });
  b.addEventListener('click', async () => {
    said.textContent = '';
    try {
      const c = await (ask.user ? navigator.credentials.create({ publicKey: ask }) : navigator.credentials.get({ publicKey: ask }));
      const r = c.response, a = { id: c.id, rawId: text(c.rawId), type: c.type, clientExtensionResults: {}, response: { clientDataJSON: text(r.clientDataJSON) } };
      for (const k of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) if (r[k]) a.response[k] = text(r[k]);
      if (r.getTransports) a.response.transports = r.getTransports();
      out.value = JSON.stringify(a);
      f.submit();
    } catch (e) {
      said.textContent = e.name === 'InvalidStateError' ? 'この機器は、もう登録されています。' : 'パスキーを使えませんでした。もう一度押すか、ほかの方法を使ってください。';
    }
  });
})();
