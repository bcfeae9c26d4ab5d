import { z } from '@hono/zod-openapi'
import { hasRepeatedName } from './repeated-name.ts'

/** In lower case, because some disks do not tell capitals apart and a tenant's files lie below its name. */
const tenant = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._@-]{0,63}$/,
    'not a name of up to 64 lower-case letters, digits, dots, hyphens, underscores and @',
  )
  .describe('Whose stored things its holder shares. Without one, a key owns what it stores alone.')

const pattern = z.string().min(1).max(256)
const patterns = z.array(pattern).max(200)
/** To deny something that is not a path would deny nothing. */
const paths = z.array(pattern.regex(/^[/*?]/, 'not a path, which begins with /')).max(200)
const count = z.int().min(0)
const dollars = z.number().min(0)

/** Of the year 5138: whoever means a later one has written milliseconds, and a key that would never expire. */
const LAST_SECOND = 99_999_999_999

const role = z
  .string()
  .max(2048)
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'not the ARN of an IAM role')
const externalId = z
  .string()
  .min(2)
  .max(1224)
  .regex(/^[\w+=,.@:/-]*$/, 'not an external id as STS takes it')
const profile = z
  .string()
  .max(2048)
  .regex(
    /^arn:aws[a-z-]*:bedrock:[a-z0-9-]+:\d{12}:application-inference-profile\/[a-zA-Z0-9]+$/,
    'not the ARN of an application inference profile',
  )

/**
 * What a key, an IAM principal or the holder of a token may do here. Unknown members are refused: a
 * misspelt `denied_models` would leave a door open.
 */
export const keyPolicy = z.strictObject({
  tenant: tenant.optional(),
  admin: z.boolean().optional().describe('May manage keys and see what everybody used.'),
  models: patterns
    .optional()
    .describe('The models that may be asked, as ids or patterns of * and ?; all when absent.'),
  denied_models: patterns
    .optional()
    .describe('Models that may not be asked, whatever `models` says.'),
  endpoints: paths
    .optional()
    .describe('Paths that may be called, such as `/v1/files*`; all when absent.'),
  denied_endpoints: paths
    .optional()
    .describe('Paths that may not be called, whatever `endpoints` says.'),
  limits: z
    .strictObject({
      requests_per_minute: count.optional(),
      tokens_per_minute: count.optional(),
      concurrent: count.optional().describe('Requests that run at the same time.'),
    })
    .optional(),
  budget: z
    .strictObject({ day: dollars.optional(), month: dollars.optional() })
    .optional()
    .describe('US dollars.'),
  expires_at: z
    .int()
    .min(0)
    .max(LAST_SECOND)
    .optional()
    .describe('Unix time in seconds; never when absent.'),
  tags: z
    .record(z.string().min(1).max(64), z.string().max(256))
    .refine((tags) => Object.keys(tags).length <= 50, 'more than 50 tags')
    .optional()
    .describe("For the books: cost centre, team. The first ten stand in AWS's invocation log."),
  aws: z
    .strictObject({
      role_arn: role.optional().describe('The IAM role that is assumed for its model calls.'),
      external_id: externalId.optional(),
      profiles: z
        .record(pattern, profile)
        .optional()
        .describe('Id of a model -> the application inference profile that is asked for it.'),
    })
    .optional(),
})

export type KeyPolicy = z.infer<typeof keyPolicy>

/** Longer keys are no stronger, and shorter ones can be guessed. */
const secret = z
  .string()
  .min(16)
  .max(512)
  .regex(/^[\x21-\x7e]+$/, 'not printable ASCII without spaces')

/** By it a key is told apart in usage and limits; two are taken. */
const keyName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'not a name of letters, digits, dots, - and _')
  .refine((name) => name !== 'default' && name !== 'admin', 'a name this server uses itself')

/** A key that stands in the configuration. */
const configuredKey = keyPolicy.extend({ key: secret })

/** Names and their keys, the latter alone or with what it may do. */
const namedKeys = z.record(keyName, z.union([secret, configuredKey]))
const listedKeys = z.array(configuredKey.extend({ name: keyName }))

export interface ConfiguredKey {
  name: string
  key: string
  policy: KeyPolicy
}

/** Throws an `Error` for what is no list of keys; it names the place, never the value. */
export function readConfiguredKeys(text: string, place: string): ConfiguredKey[] {
  const value = parse(text, place)
  if (hasRepeatedName(text)) throw unusable(place, 'a name stands there twice in one object')
  const isList = Array.isArray(value)
  const read = isList ? listedKeys.safeParse(value) : namedKeys.safeParse(value)
  if (!read.success) throw unusable(place, faultIn(value, read.error))
  const keys: ConfiguredKey[] = Array.isArray(read.data)
    ? read.data.map(({ name, key, ...policy }) => ({ name, key, policy }))
    : Object.entries(read.data).map(([name, entry]) => {
        if (typeof entry === 'string') return { name, key: entry, policy: {} }
        const { key, ...policy } = entry
        return { name, key, policy }
      })
  if (keys.length === 0) throw unusable(place, 'it holds no key')
  const twice = (values: string[]) => new Set(values).size < values.length
  if (twice(keys.map(({ name }) => name))) throw unusable(place, 'two keys have one name')
  if (twice(keys.map(({ key }) => key))) throw unusable(place, 'one key stands there twice')
  return keys
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The engine's own words quote what they could not read.
    throw unusable(place, 'not valid JSON')
  }
}

/** Entries are named by their place: whoever wrote keys where names belong must not find them in a log. */
function faultIn(value: unknown, error: z.ZodError): string {
  const issue = error.issues[0]!
  const [first, ...rest] = issue.path
  if (first === undefined) return 'not an object of names and keys, nor a list of keys with names'
  const index =
    typeof first === 'number' ? first : Object.keys(value as object).indexOf(String(first))
  const branch = issue.code === 'invalid_union' ? issue.errors.at(-1)?.[0] : undefined
  const path = [...rest, ...(branch?.path ?? [])].join('.')
  const message = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined
  return `key ${index + 1}${path && `, ${path}`}: ${message ?? branch?.message ?? issue.message}`
}

const unusable = (place: string, fault: string) =>
  new Error(`The environment holds a value Outcrop cannot use. ${place}: ${fault}.`)
