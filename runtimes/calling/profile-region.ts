import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Record<string, string | undefined>

const REGION_VARIABLES = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_BEDROCK_REGIONS']

/**
 * The environment with the region its AWS profile names, where no variable names one. A profile nobody
 * asked for is left alone: it would turn the embedded provider into AWS.
 */
export function withProfileRegion(env: Environment): Environment {
  if (REGION_VARIABLES.some((name) => env[name]?.trim())) return { ...env }
  const profile = env['AWS_PROFILE']?.trim() || (env['PROVIDER'] === 'aws' ? 'default' : undefined)
  const region = profile && regionOf(profile, readSharedConfig(env))
  return region ? { ...env, AWS_REGION: region } : { ...env }
}

/** Empty when there is none to be read, as most machines have none. */
function readSharedConfig(env: Environment): string {
  const home = env['HOME'] || env['USERPROFILE'] || homedir()
  try {
    return readFileSync(env['AWS_CONFIG_FILE'] || join(home, '.aws', 'config'), 'utf8')
  } catch {
    return ''
  }
}

const SECTION = /^\[\s*(?:profile\s+)?["']?([^"'\]]*?)["']?\s*\]/
// Indented lines belong to a nested setting above them.
const REGION = /^region\s*=\s*([^\s#;]+)/

/** The region of a profile in the shared configuration file of AWS. */
function regionOf(profile: string, config: string): string | undefined {
  let section = ''
  let region: string | undefined
  for (const line of config.split(/\r?\n/)) {
    section = SECTION.exec(line)?.[1] ?? section
    if (section === profile) region = REGION.exec(line)?.[1] ?? region
  }
  return region
}
