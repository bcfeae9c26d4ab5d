import type { ModelTraits } from '../../../../ports/models.ts'

/**
 * Open-weight models that Bedrock has served since autumn 2025 on one engine of its own, with an
 * OpenAI-like front: their refusals read alike whoever made them. Live probes published by stdapi.ai of
 * gpt-oss 120B, Kimi K2.5, Mistral Large 3, DeepSeek V3.2, Qwen3 235B, Gemma 3 27B (2026-08-01): stop
 * sequences, documents and cache points refused; a tool chosen by name accepted but not called; unknown
 * fields ignored in silence; every service tier taken. Structured output: recorded for Gemma 3,
 * Nemotron Nano, Mistral Large 3 and GLM 4.7 Flash.
 */
export const CHAT_ENGINE: ModelTraits = {
  unsupported: ['stop'],
  images: false,
  documents: false,
  video: false,
  audio: false,
  s3: [],
  toolResultMedia: [],
  systemTools: [],
  guardrails: true,
  strictTools: false,
  toolChoices: ['required'],
  cachePoints: false,
  serviceTiers: ['default', 'priority', 'flex', 'reserved'],
  latencyOptimized: false,
  structuredOutput: true,
  nativeSettings: { topK: 'top_k' },
  sealsThoughts: false,
  reasoning: 'none',
}
