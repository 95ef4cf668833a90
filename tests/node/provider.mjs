// The OpenID provider of the tests: node-oidc-provider on the loopback address, told what to do line by line.
// Each line of standard input is a JSON object; each is answered by one line on standard output.
//   {"redirect_uris": [...], "keys": "new" | "same"}   sets itself up (anew); answers its address and private keys
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import Provider from 'oidc-provider';

console.info = console.warn = console.log = () => {}; // standard output is for the answers

const AUDIENCE = 'https://custody.example/api';

function newKeys() {
  const made = [
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ];
  return made.map(([alg, pair]) => ({ ...pair.privateKey.export({ format: 'jwk' }), alg, use: 'sig', kid: randomUUID() }));
}

const numbered = (login) => ({ employee_number: login });

function configuration(keys, redirectUris) {
  const page = { redirect_uris: redirectUris, grant_types: ['authorization_code'], response_types: ['code'] };
  return {
    clients: [
      { client_id: 'custody-pages', token_endpoint_auth_method: 'none', ...page },
      { client_id: 'custody-server', client_secret: 'correct horse: battery/staple', ...page },
      { client_id: 'gateway', client_secret: 'gateway', grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
    ],
    jwks: { keys },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['employee_number'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...numbered(id) }) }),
    extraTokenClaims: (_, token) => (token.accountId ? numbered(token.accountId) : undefined),
    cookies: { keys: ['for tests'] },
    features: {
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ audience: AUDIENCE, scope: 'openid', accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
      },
    },
  };
}

let handle;
const asked = { openid: 0, jwks: 0 };
const server = createServer((request, response) => {
  if (request.url.endsWith('/openid-configuration')) asked.openid += 1;
  if (request.url.endsWith('/jwks')) asked.jwks += 1;
  handle(request, response);
});

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  let keys = newKeys();
  createInterface({ input: process.stdin }).on('line', (line) => {
    const told = JSON.parse(line);
    if (told.keys === 'new') keys = newKeys();
    if (told.redirect_uris) handle = new Provider(issuer, configuration(keys, told.redirect_uris)).callback();
    process.stdout.write(`${JSON.stringify({ issuer, keys, asked })}\n`);
  }).on('close', () => process.exit(0));
});
