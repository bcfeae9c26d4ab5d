import type { Judge } from '../../ports/judge.ts'

/** Characters that are billed as one text unit, of each content apart. */
const UNIT = 1000

const REASON =
  'No action. These are the embedded models: they know no guardrails, and let everything pass.'

interface Content {
  text?: { text: string }
  image?: object
}

/**
 * Lets everything pass, in the form of ApplyGuardrail (service model of bedrock-runtime), and says so. Units are
 * counted as a filter of contents would bill them.
 */
export const createJudge = (): Judge => ({
  pretends: true,
  async apply({ id, body }) {
    const { content } = JSON.parse(body) as { content: readonly Content[] }
    const texts = content.flatMap(({ text }) => text?.text ?? [])
    const images = content.filter(({ image }) => image).length
    const total = texts.reduce((sum, text) => sum + text.length, 0)
    const verdict = {
      usage: {
        topicPolicyUnits: 0,
        contentPolicyUnits: texts.reduce((sum, text) => sum + Math.ceil(text.length / UNIT), 0),
        wordPolicyUnits: 0,
        sensitiveInformationPolicyUnits: 0,
        sensitiveInformationPolicyFreeUnits: 0,
        contextualGroundingPolicyUnits: 0,
        contentPolicyImageUnits: images,
      },
      action: 'NONE',
      actionReason: REASON,
      outputs: [],
      assessments: [],
      guardrailCoverage: {
        textCharacters: { guarded: 0, total },
        ...(images > 0 && { images: { guarded: 0, total: images } }),
      },
    }
    const served = { provider: 'embedded', model: id, attempts: 1, ignored: [] }
    return { body: JSON.stringify(verdict), served }
  },
})
