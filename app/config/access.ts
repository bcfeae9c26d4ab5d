import { z } from '@hono/zod-openapi'
import { keyPolicy } from './key-policy.ts'
import { blankIsAbsent, flag, httpUrl, json, list, number, text } from './values.ts'

/** Unique, short-lived and asymmetric: whoever can check a token must not be able to make one. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

const pattern = z.string().min(1).max(2048)
/** A list in JSON; absent it is empty. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => blankIsAbsent(value) ?? '[]', json(z.array(item)))

const addresses = list(z.string().min(1), ['127.0.0.1', '::1']).refine(
  (all) => all.every((one) => one === '*' || /^[0-9a-f.:]+(\/\d{1,3})?$/i.test(one)),
  'not IP addresses or ranges of them',
)

/** As browsers send it. Those of extensions have schemes of their own, which URL knows no origin of. */
const isOrigin = (text: string) =>
  /^[a-z][a-z0-9+.-]*:\/\/[^/*?#\s]+$/.test(text) &&
  (!/^https?:/.test(text) || (URL.canParse(text) && new URL(text).origin === text))

const origins = list().refine(
  (all) => all.every((one) => one === '*' || isOrigin(one)),
  'not origins such as https://app.example.com, or *',
)

const hosts = list().refine(
  (all) => all.every((one) => /^(\*|(\*\.)?[a-z0-9.-]+|\[?[0-9a-f:]+\]?)$/i.test(one)),
  'not host names such as api.example.com or *.example.com',
)

/** Who may call, and how they prove who they are. */
export const accessVariables = {
  API_KEYS: text().describe(
    'Several keys, each with its own permissions: JSON, or the path of a JSON file (`/run/keys.json`, `@keys.json`). See docs/access.md.',
  ),
  ADMIN_KEY: z
    .preprocess(blankIsAbsent, z.string().min(16, 'shorter than 16 characters').optional())
    .describe(
      'The key that manages other keys (`/v1/admin/keys`). It also has every other permission.',
    ),
  API_KEY_SSM_PARAMETER: text().describe(
    'The SSM parameter that holds the key, used when API_KEY is absent. It may also hold JSON as for API_KEYS.',
  ),
  API_KEY_SECRETSMANAGER_SECRET: text().describe(
    'The AWS Secrets Manager secret that holds the key, used when API_KEY and API_KEY_SSM_PARAMETER are absent.',
  ),
  API_KEY_SECRETSMANAGER_KEY: z
    .preprocess(blankIsAbsent, z.string().default('api_key'))
    .describe('The JSON field that holds the key, if the secret is a JSON object.'),
  API_KEY_REFRESH_SECONDS: number(300, 1).describe(
    'Seconds between two reads of a key kept at AWS. An unknown key triggers a read at once.',
  ),
  KEY_CACHE_SECONDS: number(5, 1, 300).describe(
    'Seconds a managed key is cached. A key disabled on another instance may work that long.',
  ),
  KEY_CACHE_MAX_STALE_SECONDS: number(3600, 1).describe(
    'Seconds a cached managed key stays valid while the state store is unavailable.',
  ),
  AUTH_IAM: flag(false).describe(
    'Callers may prove an AWS identity instead of sending a key. IAM_PRINCIPALS says which.',
  ),
  IAM_SERVER_ID: z
    .preprocess(
      blankIsAbsent,
      z
        .string()
        .regex(/^[\w.:/-]{1,255}$/)
        .optional(),
    )
    .describe(
      'The value callers sign as `x-outcrop-server-id`, so that their proof cannot be replayed against other servers.',
    ),
  IAM_PRINCIPALS: listOf(keyPolicy.extend({ principal: pattern })).describe(
    'JSON: which principals may call, and with which permissions; the first match counts: `[{"principal": "arn:aws:iam::123456789012:role/app-*", "tenant": "acme"}]`.',
  ),
  JWT_ISSUER: z
    .preprocess(blankIsAbsent, httpUrl.optional())
    .describe('Accept tokens of this OpenID issuer.'),
  JWT_AUDIENCE: list().describe('The accepted audiences of a token, comma separated.'),
  JWT_JWKS_URL: z
    .preprocess(blankIsAbsent, httpUrl.optional())
    .describe("The URL of the issuer's public keys. Default: OpenID discovery."),
  JWT_ALGORITHMS: z
    .preprocess(blankIsAbsent, z.string().default('RS256,PS256,ES256,EdDSA'))
    .transform((words) => words.split(',').map((word) => word.trim()))
    .pipe(z.array(z.enum(ALGORITHMS)).min(1))
    .describe('Accepted signature algorithms. Symmetric ones are never accepted.'),
  JWT_REQUIRED_SCOPES: list().describe('Scopes a token must have, all of them.'),
  JWT_ADMIN_SCOPES: list().describe('Scopes that make the caller an admin; any one is enough.'),
  JWT_TENANT_CLAIM: text().describe(
    'The claim that names the tenant. Callers without it share nothing they store, unless JWT_PRINCIPALS gives them a tenant.',
  ),
  JWT_PRINCIPALS: listOf(
    keyPolicy.extend({ claims: z.record(z.string().min(1), pattern) }),
  ).describe(
    'JSON: permissions by claims. The first entry whose patterns all match counts; a token that matches none is refused: `[{"claims": {"groups": "staff"}, "tenant": "acme"}]`.',
  ),
  JWT_CLOCK_TOLERANCE: number(60, 0, 600).describe('Allowed clock difference in seconds.'),
  AWS_COGNITO_USER_POOL_ID: z
    .preprocess(
      blankIsAbsent,
      z
        .string()
        .regex(/^[a-z]{2,4}(-[a-z]+)+-\d_[A-Za-z0-9]+$/, 'not the id of a user pool')
        .optional(),
    )
    .describe('Accept tokens of this Cognito user pool.'),
  AWS_COGNITO_CLIENT_IDS: list().describe('The app clients whose tokens are accepted.'),
  AWS_COGNITO_REQUIRED_SCOPES: list().describe('Scopes an access token must have, all of them.'),
  AWS_COGNITO_ACCEPT_ID_TOKEN: flag(false).describe('Accept id tokens as well as access tokens.'),
  CORS_ALLOW_ORIGINS: origins.describe(
    'Origins that may call from a browser, as JSON or comma separated; `*` allows all. Default: none, or all when only the embedded models answer and no key is set.',
  ),
  TRUSTED_HOSTS: hosts.describe(
    'Host names this server answers to, as JSON or comma separated; `*.example.com` matches subdomains. Default: every name; without a key, only those of this machine.',
  ),
  ENABLE_PROXY_HEADERS: flag(false).describe(
    'Trust `x-forwarded-for`, `-host` and `-proto` from the proxies in PROXY_TRUSTED_HOSTS.',
  ),
  PROXY_TRUSTED_HOSTS: addresses.describe(
    'Addresses and ranges of trusted proxies, as JSON or comma separated; `*` trusts everyone. Default: this machine.',
  ),
  HSTS_SECONDS: number(0).describe(
    'The `max-age` of `strict-transport-security`, sent on requests that came over https; 0 sends no header.',
  ),
  AWS_ENDPOINT_URL_STS: text().describe('The endpoint of AWS STS.'),
  AWS_ENDPOINT_URL_SSM: text().describe('The endpoint of AWS Systems Manager.'),
  AWS_ENDPOINT_URL_SECRETS_MANAGER: text().describe('The endpoint of AWS Secrets Manager.'),
} as const

/** What decides whether callers must prove who they are. */
interface Proofs {
  AUTH?: 'key' | 'none' | undefined
  API_KEY?: string | undefined
  API_KEYS?: string | undefined
  ADMIN_KEY?: string | undefined
  API_KEY_SSM_PARAMETER?: string | undefined
  API_KEY_SECRETSMANAGER_SECRET?: string | undefined
  AUTH_IAM: boolean
  JWT_ISSUER?: string | undefined
  AWS_COGNITO_USER_POOL_ID?: string | undefined
  BEDROCK_API_CREDENTIALS?: Readonly<Record<string, string>>
}

/** Whether anything is configured by which a caller can be known. */
export const knowsCallers = (config: Proofs): boolean =>
  config.AUTH_IAM ||
  Object.keys(config.BEDROCK_API_CREDENTIALS ?? {}).length > 0 ||
  [
    config.API_KEY,
    config.API_KEYS,
    config.ADMIN_KEY,
    config.API_KEY_SSM_PARAMETER,
    config.API_KEY_SECRETSMANAGER_SECRET,
    config.JWT_ISSUER,
    config.AWS_COGNITO_USER_POOL_ID,
  ].some((value) => value !== undefined)

/** Whether strangers are kept out. */
export const asksForProof = (config: Proofs): boolean =>
  config.AUTH !== 'none' && knowsCallers(config)
