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
    'Several keys with what each may do: JSON, or the path of a file that holds it (`/run/keys.json`, `@keys.json`). See docs/access.md.',
  ),
  ADMIN_KEY: z
    .preprocess(blankIsAbsent, z.string().min(16, 'shorter than 16 characters').optional())
    .describe('The key that manages keys (`/v1/admin/keys`); it may do everything else as well.'),
  API_KEY_SSM_PARAMETER: text().describe(
    'The SSM parameter that holds the key, where API_KEY is absent; its text may also be that of API_KEYS.',
  ),
  API_KEY_SECRETSMANAGER_SECRET: text().describe(
    'The secret in AWS Secrets Manager that holds it, where API_KEY and API_KEY_SSM_PARAMETER are absent.',
  ),
  API_KEY_SECRETSMANAGER_KEY: z
    .preprocess(blankIsAbsent, z.string().default('api_key'))
    .describe('The member of that secret, where it is a JSON object.'),
  API_KEY_REFRESH_SECONDS: number(300, 1).describe(
    'Seconds after which a key kept at AWS is read again; an unknown key that is shown has it read again at once.',
  ),
  KEY_CACHE_SECONDS: number(5, 1, 300).describe(
    'Seconds a managed key is believed before the store is asked again: as long may one that was disabled elsewhere go on.',
  ),
  KEY_CACHE_MAX_STALE_SECONDS: number(3600, 1).describe(
    'Seconds a known managed key goes on while the store cannot be asked.',
  ),
  AUTH_IAM: flag(false).describe(
    'Callers may prove an AWS identity instead of showing a key; IAM_PRINCIPALS says which.',
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
      'What callers sign as `x-outcrop-server-id`, so that their proof is of no use to other servers.',
    ),
  IAM_PRINCIPALS: listOf(keyPolicy.extend({ principal: pattern })).describe(
    'JSON: which principals may call, and what they may do; the first that fits counts: `[{"principal": "arn:aws:iam::123456789012:role/app-*", "tenant": "acme"}]`.',
  ),
  JWT_ISSUER: z
    .preprocess(blankIsAbsent, httpUrl.optional())
    .describe('Callers may show tokens of this OpenID issuer.'),
  JWT_AUDIENCE: list().describe('The audiences a token may be meant for, comma separated.'),
  JWT_JWKS_URL: z
    .preprocess(blankIsAbsent, httpUrl.optional())
    .describe("Where the issuer's public keys are; found by OpenID discovery when absent."),
  JWT_ALGORITHMS: z
    .preprocess(blankIsAbsent, z.string().default('RS256,PS256,ES256,EdDSA'))
    .transform((words) => words.split(',').map((word) => word.trim()))
    .pipe(z.array(z.enum(ALGORITHMS)).min(1))
    .describe('Signature algorithms that are taken; symmetric ones never are.'),
  JWT_REQUIRED_SCOPES: list().describe('Scopes a token must have, all of them.'),
  JWT_ADMIN_SCOPES: list().describe('Scopes any of which makes its holder an admin.'),
  JWT_TENANT_CLAIM: text().describe(
    'The claim that names the tenant. Without it, or where a token lacks it, everybody owns alone what they store.',
  ),
  JWT_PRINCIPALS: listOf(
    keyPolicy.extend({ claims: z.record(z.string().min(1), pattern) }),
  ).describe(
    'JSON: what holders of tokens may do, by their claims; the first whose patterns all fit counts, and who fits none may not call: `[{"claims": {"groups": "staff"}, "tenant": "acme"}]`.',
  ),
  JWT_CLOCK_TOLERANCE: number(60, 0, 600).describe('Seconds the clocks may differ.'),
  AWS_COGNITO_USER_POOL_ID: z
    .preprocess(
      blankIsAbsent,
      z
        .string()
        .regex(/^[a-z]{2,4}(-[a-z]+)+-\d_[A-Za-z0-9]+$/, 'not the id of a user pool')
        .optional(),
    )
    .describe('Callers may show tokens of this Cognito user pool.'),
  AWS_COGNITO_CLIENT_IDS: list().describe('The app clients whose tokens are taken.'),
  AWS_COGNITO_REQUIRED_SCOPES: list().describe('Scopes an access token must have, all of them.'),
  AWS_COGNITO_ACCEPT_ID_TOKEN: flag(false).describe('Take id tokens as well as access tokens.'),
  CORS_ALLOW_ORIGINS: origins.describe(
    'Origins whose pages may call from a browser, as JSON or comma separated; `*` is all. Default: none, but all where only the embedded models answer and no key is set.',
  ),
  TRUSTED_HOSTS: hosts.describe(
    'Host names under which this server may be called, as JSON or comma separated, `*.example.com` for those below one. Default: every name; without a key those of this machine.',
  ),
  ENABLE_PROXY_HEADERS: flag(false).describe(
    'Believe `x-forwarded-for`, `-host` and `-proto` of the proxies in PROXY_TRUSTED_HOSTS.',
  ),
  PROXY_TRUSTED_HOSTS: addresses.describe(
    'Addresses and ranges of proxies that are believed, as JSON or comma separated; `*` is everybody. Default: this machine.',
  ),
  HSTS_SECONDS: number(0).describe(
    'Seconds for which browsers are told to come by https alone, when they came so; 0 tells nothing.',
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
