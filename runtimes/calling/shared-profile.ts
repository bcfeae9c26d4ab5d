import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { awsConfigured } from '../../app/providers/aws/configured.ts'

type Environment = Record<string, string | undefined>
type Settings = Map<string, string>

const REGION_VARIABLES = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_BEDROCK_REGIONS']

/** Settings of a profile, with the variables that say the same. */
const VARIABLES: readonly (readonly [setting: string, variable: string])[] = [
  ['ignore_configured_endpoint_urls', 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'],
  ['use_fips_endpoint', 'AWS_USE_FIPS_ENDPOINT'],
  ['use_dualstack_endpoint', 'AWS_USE_DUALSTACK_ENDPOINT'],
]

/**
 * The environment with the region and the endpoints of its AWS profile, where no variable says otherwise.
 * The default profile counts only where AWS is wanted: it would turn the embedded provider into AWS.
 * Throws an `Error` for a services section that is not there, as botocore does, where AWS is wanted.
 */
export function withSharedProfile(env: Environment): Environment {
  const name = env['AWS_PROFILE']?.trim() || (wantsAws(env) ? 'default' : undefined)
  if (!name) return { ...env }
  const config = readSections(readShared(env, 'config'))
  const credentials = readSections(readShared(env, 'credentials'))
  // As the AWS SDKs have it, the region in the credentials file wins.
  const own = config.get(`profile ${name}`) ?? (name === 'default' ? config.get(name) : undefined)
  const profile = new Map([...(own ?? []), ...(credentials.get(name) ?? [])])

  const ignores =
    env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.trim() ||
    profile.get('ignore_configured_endpoint_urls')
  const endpoints = ignores === 'true' ? {} : endpointsOf(profile, { config, env })
  const found = { ...regionOf(profile, env), ...endpoints }
  for (const [setting, variable] of VARIABLES) {
    const value = profile.get(setting)
    if (value) found[variable] = value
  }
  const set = Object.entries(env).filter(([, value]) => value?.trim())
  return { ...env, ...found, ...Object.fromEntries(set) }
}

const wantsAws = (env: Environment) => {
  const wanted = env['PROVIDER']?.trim() || 'auto'
  return wanted === 'aws' || (wanted === 'auto' && awsConfigured(env))
}

function regionOf(profile: Settings, env: Environment): Environment {
  const region = profile.get('region')
  const isNamed = REGION_VARIABLES.some((name) => env[name]?.trim())
  return region && !isNamed ? { AWS_REGION: region } : {}
}

/** A variable for every service outranks what the profile says of one. */
function endpointsOf(
  profile: Settings,
  { config, env }: { config: Map<string, Settings>; env: Environment },
): Environment {
  if (env['AWS_ENDPOINT_URL']?.trim()) return {}
  const found: Environment = {}
  const everywhere = profile.get('endpoint_url')
  if (everywhere) found['AWS_ENDPOINT_URL'] = everywhere
  const services = profile.get('services')
  if (!services) return found
  const section = config.get(`services ${services}`)
  if (!section && wantsAws(env)) {
    throw new Error(`The AWS configuration has no section [services ${services}].`)
  }
  for (const [setting, url] of section ?? []) {
    const [service = '', name] = setting.split('.')
    if (name === 'endpoint_url') found[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] = url
  }
  return found
}

/** Empty when there is none to be read, as most machines have none. */
function readShared(env: Environment, file: 'config' | 'credentials'): string {
  const path = env[file === 'config' ? 'AWS_CONFIG_FILE' : 'AWS_SHARED_CREDENTIALS_FILE']
  try {
    // A user without an entry has no home, and asking for it throws.
    const home = () => env['HOME'] || env['USERPROFILE'] || homedir()
    const whole = path?.startsWith('~/') ? join(home(), path.slice(2)) : path
    return readFileSync(whole || join(home(), '.aws', file), 'utf8')
  } catch {
    return ''
  }
}

const SECTION = /^\[\s*(?:(profile|services)\s+)?["']?([^"'\]]*?)["']?\s*\]/

/** A shared file of AWS: its sections by kind and name, without quotes, with nested settings as `above.name`. */
function readSections(file: string): Map<string, Settings> {
  const sections = new Map<string, Settings>()
  let section: Settings = new Map()
  let above = ''
  for (const line of file.split(/\r?\n/)) {
    const [head, kind, title] = SECTION.exec(line.trim()) ?? []
    if (head) {
      const name = kind ? `${kind} ${title}` : `${title}`
      section = sections.get(name) ?? new Map()
      sections.set(name, section)
      above = ''
      continue
    }
    // A comment begins a line or stands after a space.
    const [words = ''] = line.split(/(?:^|\s)[#;]/)
    const equals = words.indexOf('=')
    if (equals < 0) continue
    const setting = words.slice(0, equals).trim()
    const value = words.slice(equals + 1).trim()
    // Lines may be indented; those below a setting without a value are its own.
    if (value === '' || !/^\s/.test(words)) above = value === '' ? `${setting}.` : ''
    section.set(value === '' ? setting : above + setting, value)
  }
  return sections
}
