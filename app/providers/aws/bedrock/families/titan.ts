import { titanMultimodal } from '../embeddings/titan-multimodal.ts'
import { titanText1, titanText2 } from '../embeddings/titan-text.ts'
import { titanImage1, titanImage2 } from '../images/titan-image.ts'
import { type Family, PLAIN, TEXT_DOCUMENT } from './family.ts'
import { titanLane } from './titan-lane.ts'

/** Neither tools nor system prompts (user guide, conversation-inference-supported-models-features). */
export const titan: Family = {
  name: 'titan',
  owner: 'Amazon',
  matches: (id) => id.startsWith('amazon.titan'),
  lane: titanLane,
  embedders: [titanText2, titanText1, titanMultimodal],
  painters: [titanImage2, titanImage1],
  chat: [
    {
      ids: ['amazon.titan-text', 'amazon.titan-tg1'],
      input: TEXT_DOCUMENT,
      contextWindow: 8192,
      traits: { ...PLAIN, documents: true, systemPrompt: false, tools: false },
    },
  ],
}
