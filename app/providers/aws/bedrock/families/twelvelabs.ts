import { marengo3, marengo27 } from '../embeddings/marengo.ts'
import { pegasusLane } from '../pegasus/lane.ts'
import { type Family, PLAIN } from './family.ts'

/** Vectors of videos, and Pegasus, which talks about them through InvokeModel alone. */
export const twelvelabs: Family = {
  name: 'twelvelabs',
  owner: 'TwelveLabs',
  matches: (id) => id.startsWith('twelvelabs.'),
  chat: [
    {
      ids: ['twelvelabs.pegasus'],
      input: ['text', 'video'],
      traits: {
        ...PLAIN,
        video: true,
        s3: ['video'],
        // 25 MB of base64 (user guide, model-parameters-pegasus).
        inlineLimits: { video: 18_750_000 },
        tools: false,
        systemPrompt: false,
        structuredOutput: true,
        maxOutputTokens: 4096,
      },
    },
  ],
  lane: pegasusLane,
  embedders: [marengo3, marengo27],
}
