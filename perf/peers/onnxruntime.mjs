// Times in ONNX Runtime what `gpuseq bench --filter "forward bert-base"` times here, by the same names.
//
//   npm install --ignore-scripts onnxruntime-node     (the package carries the native library)
//   python3 perf/peers/bert_to_onnx.py bert.onnx
//   node perf/peers/onnxruntime.mjs bert.onnx [--threads N] [--seconds S]
//
// Writes JSON like pytorch.py. The median of the calls in the calmest of several windows counts, as there.

import { createRequire } from 'node:module';
import os from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string', default: String(os.cpus().length) }, seconds: { type: 'string', default: '10' } },
});
if (positionals.length !== 1) {
  console.error('usage: node onnxruntime.mjs MODEL [--threads N] [--seconds S]');
  process.exit(2);
}

const require = createRequire(join(process.cwd(), 'package.json')); // the package lies where the command is run
const ort = require('onnxruntime-node');
const threads = Number(values.threads);
const session = await ort.InferenceSession.create(positionals[0], {
  graphOptimizationLevel: 'all', intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential',
});

const results = [];
for (const [texts, tokens] of [[1, 32], [1, 128], [8, 128], [1, 512]]) {
  const count = texts * tokens;
  const ids = new ort.Tensor('int64', BigInt64Array.from({ length: count }, (_, i) => BigInt((i * 97) % 30522)), [texts, tokens]);
  const mask = new ort.Tensor('int64', new BigInt64Array(count).fill(1n), [texts, tokens]);
  const ms = await medianMs(() => session.run({ ids, mask }), Number(values.seconds));
  results.push({ kernel: 'forward', case: `bert-base ${texts}x${tokens}`, ms: Math.round(ms * 1000) / 1000 });
}
console.log(JSON.stringify({ peer: `ONNX Runtime ${ort.env.versions.node}`, threads, results }, null, 1));

async function medianMs(run, seconds) {
  await run();
  const medians = [];
  for (let window = 0; window < 5; window++) {
    const times = [];
    for (const end = performance.now() + (seconds / 5) * 1000; times.length < 3 || performance.now() < end;) {
      const start = performance.now();
      await run();
      times.push(performance.now() - start);
    }
    medians.push(times.sort((a, b) => a - b)[times.length >> 1]);
  }
  return Math.min(...medians);
}
