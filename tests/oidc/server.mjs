// A certified OpenID provider (npm oidc-provider) with the rules of デジタル認証アプリ (shared/reference/standards.md §1):
// private_key_jwt with ES256, PKCE S256 required, ES256 ID tokens, pairwise subjects, attributes only from userinfo.
// A client with a secret is one of GビズID: client_secret_basic, RS256 ID tokens, company and person only from userinfo.
//
//   node server.mjs '{"clients": [{"client_id": "…", "redirect_uris": ["…"], "jwk": {…}}]}'
//
// Listens on a free port of 127.0.0.1, prints {"issuer": …} on one line, and ends when its standard input closes.
// Nobody types a password here: the interaction signs in whom the test chose by POST /control, or refuses.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

// The packages lie in .cache/node-oidc (install.sh), outside of what is versioned.
const cache = createRequire(fileURLToPath(new URL('../../.cache/node-oidc/package.json', import.meta.url)));
const { default: Provider } = await import(pathToFileURL(cache.resolve('oidc-provider')).href);

const MOUNT = '/op'; // an issuer with a path, and without /api/ in it
const options = JSON.parse(process.argv[2]);
const people = {
  tanaka: { employee_number: 'tanaka' },
  hanako: { name: '見本 花子', birthdate: '1991-07-25', gender: 'female', address: { formatted: '石川県七尾市袖ヶ江町イ部25番地' } },
  kaiko: { account_type: '2', corp_type: '1', corporate_number: '7999901000001', name: '株式会社試用ケア', user_last_nm: '試用', user_first_nm: '介子', user_department: '居宅介護支援事業所' },
  numberless: { account_type: '2', corp_type: '1', name: '株式会社試用ケア', user_last_nm: '試用', user_first_nm: '介子' },
  mistyped: { account_type: '3', corp_type: '1', corporate_number: '8999901000001', name: '株式会社試用ケア', user_last_nm: '試用', user_first_nm: '介子' },
  unexamined: { account_type: '1', corp_type: '1', corporate_number: '7999901000001', name: '株式会社試用ケア', user_last_nm: '試用', user_first_nm: '介子' },
  taro: { name: '見本 太郎', birthdate: '1988-03-02', gender: 'male', address: { formatted: '石川県七尾市神明町1番地' } },
};
const next = { login: 'hanako', acr: 'aal3', refuse: '' };

const http = createServer();
await new Promise((resolve) => { http.listen(0, '127.0.0.1', resolve); });
const issuer = `http://127.0.0.1:${http.address().port}${MOUNT}`;
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const salt = randomBytes(16);

const provider = new Provider(issuer, {
  clients: options.clients.map(({ client_id, redirect_uris, jwk, secret }) => ({
    client_id,
    redirect_uris,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    subject_type: 'pairwise',
    ...(secret ? {
      client_secret: secret,
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
    } : {
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      id_token_signed_response_alg: 'ES256',
      jwks: { keys: [jwk] },
    }),
  })),
  jwks: {
    keys: [
      { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' },
      { ...rsa.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' },
    ],
  },
  scopes: ['openid', 'staff', 'profile', 'user'],
  responseTypes: ['code'],
  claims: { openid: ['sub'], staff: ['employee_number'], acr: null, name: ['name'],
    profile: ['account_type', 'corp_type', 'corporate_number', 'name'], user: ['user_last_nm', 'user_first_nm', 'user_department'],
    address: ['address'], birthdate: ['birthdate'], gender: ['gender'] },
  conformIdTokenClaims: true,
  acrValues: ['aal2', 'aal3', 'crl'],
  subjectTypes: ['pairwise'],
  pairwiseIdentifier: async (ctx, accountId, client) => (
    createHash('sha256').update(salt).update(client.clientId).update(accountId).digest('base64url')),
  clientAuthMethods: ['private_key_jwt', 'client_secret_basic'],
  enabledJWA: { clientAuthSigningAlgValues: ['ES256'], idTokenSigningAlgValues: ['ES256', 'RS256'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (ctx, interaction) => `${MOUNT}/interaction/${interaction.uid}` },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  findAccount: async (ctx, id) => people[id] && { accountId: id, claims: async () => ({ sub: id, ...people[id] }) },
  renderError: async (ctx, out) => { ctx.type = 'json'; ctx.body = out; },
});

async function interact(req, res) {
  const details = await provider.interactionDetails(req, res);
  let result;
  if (next.refuse) {
    result = { error: next.refuse, error_description: 'the person said no' };
  } else if (details.prompt.name === 'login') {
    result = { login: { accountId: next.login, acr: next.acr, remember: false } };
  } else {
    const grant = new provider.Grant({ accountId: details.session.accountId, clientId: details.params.client_id });
    grant.addOIDCScope(details.params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true });
}

async function control(req, res) {
  let body = '';
  for await (const part of req) body += part;
  Object.assign(next, JSON.parse(body));
  res.end('{}');
}

const op = provider.callback();
http.on('request', (req, res) => {
  const fail = (error) => { res.statusCode = 500; res.end(String(error)); };
  if (req.url === '/control') { control(req, res).catch(fail); return; }
  if (!req.url.startsWith(`${MOUNT}/`)) { res.statusCode = 404; res.end(); return; }
  if (req.url.startsWith(`${MOUNT}/interaction/`)) { interact(req, res).catch(fail); return; }
  req.originalUrl = req.url;
  req.url = req.url.slice(MOUNT.length);
  op(req, res);
});
process.stdin.resume().on('end', () => process.exit(0));
console.log(JSON.stringify({ issuer }));
