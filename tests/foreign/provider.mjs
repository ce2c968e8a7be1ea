// An OAuth 2.0 server that nobody here wrote, oidc-provider, for our client to run against:
//
//     node provider.mjs [--access-ttl SECONDS]
//
// The first line on stdout is JSON and says where it is. It serves until its stdin ends, so that it never outlives
// the test that started it. `GET /__counts` tells how often which grant came to the token endpoint, and what of it.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

// Its notices would go to stdout, which is for one line only; it may print some while it is imported.
console.info = console.error;
const { Provider } = await import('oidc-provider');

// Holds characters that form-encoding changes, so that a Basic header without it fails (RFC 6749, 2.3.1).
const SECRET = 'foreign-secret a+b:c%2Fd&e=f';

const CLIENTS = {
  public: { id: 'foreign-public', method: 'none' },
  basic: { id: 'foreign-basic', method: 'client_secret_basic', secret: SECRET },
  post: { id: 'foreign-post', method: 'client_secret_post', secret: SECRET },
};

const LOGIN = { user: 'foreign-user', password: 'foreign-password' };

// Where TMS has them, for programs that are told a base URL and nothing more.
const ROUTES = { authorization: '/web/oauth/authorize', token: '/web/oauth/token' };

// Longer than any test, in seconds; left out, each kind prints a notice.
const LONG = 3600;

const { values } = parseArgs({ options: { 'access-ttl': { type: 'string', default: '3600' } } });
const accessTtl = Number(values['access-ttl']);
if (!Number.isInteger(accessTtl) || accessTtl < 1) {
  console.error('--access-ttl takes whole seconds, one at least');
  process.exit(2);
}

process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));

// The issuer holds the port, so the port comes first.
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration());
  provider.use(counting());
  server.on('request', provider.callback());
  console.log(JSON.stringify({
    issuer,
    authorize_url: `${issuer}${ROUTES.authorization}`,
    token_url: `${issuer}${ROUTES.token}`,
    clients: Object.fromEntries(Object.entries(CLIENTS).map(([name, { id, secret }]) => [name, { id, secret }])),
    login: LOGIN,
  }));
});

function configuration() {
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  return {
    clients: Object.values(CLIENTS).map(client),
    cookies: { keys: [randomBytes(32).toString('hex')] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    // Without it no refresh token: `offline_access` is struck from a request that bears no `prompt=consent` (OpenID
    // Connect Core, 11), and our client sends no `prompt`.
    issueRefreshToken: () => true,
    jwks: { keys: [{ ...key, use: 'sig', alg: 'RS256' }] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    routes: ROUTES,
    ttl: {
      AccessToken: accessTtl,
      AuthorizationCode: 60,
      Grant: LONG,
      IdToken: LONG,
      Interaction: LONG,
      RefreshToken: LONG,
      Session: LONG,
    },
  };
}

// Native all of them, which is what frees the port of the redirect URI (RFC 8252, 7.3).
function client({ id, method, secret }) {
  return {
    client_id: id,
    client_secret: secret,
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['http://127.0.0.1/callback'],
    response_types: ['code'],
    token_endpoint_auth_method: method,
  };
}

// By grant, then by outcome: `ok`, or the error that was answered.
function counting() {
  const counts = {};
  return async (ctx, next) => {
    if (ctx.path === '/__counts') {
      ctx.body = counts;
      return;
    }
    await next();
    if (ctx.path === ROUTES.token) {
      const grant = ctx.oidc?.params?.grant_type ?? 'none';
      const outcome = ctx.status === 200 ? 'ok' : (ctx.body?.error ?? `${ctx.status}`);
      counts[grant] ??= {};
      counts[grant][outcome] = (counts[grant][outcome] ?? 0) + 1;
    }
  };
}
