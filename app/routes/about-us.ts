import { VERSION } from '../config/version.ts'

/** Who we are. */
export const ABOUT = {
  name: 'outcrop',
  version: VERSION,
  description: 'A gateway between the AI clients people already use and Amazon Bedrock',
} as const
