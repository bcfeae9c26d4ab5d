import type { Config } from '../../config.ts'

/** Bedrock regions in order of preference; never empty. */
export function regionsOf(config: Config): string[] {
  const { AWS_BEDROCK_REGIONS, AWS_REGION, AWS_DEFAULT_REGION } = config
  if (AWS_BEDROCK_REGIONS.length > 0) return [...new Set(AWS_BEDROCK_REGIONS)]
  return [AWS_REGION ?? AWS_DEFAULT_REGION ?? 'us-east-1']
}

/** The variable they are written in. */
export function regionVariable({ AWS_BEDROCK_REGIONS, AWS_REGION }: Config): string {
  if (AWS_BEDROCK_REGIONS.length > 0) return 'AWS_BEDROCK_REGIONS'
  return AWS_REGION === undefined ? 'AWS_DEFAULT_REGION' : 'AWS_REGION'
}
