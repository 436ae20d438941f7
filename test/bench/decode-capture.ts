import { CaptureDecoder, openCapture } from "@hangup/packets";

/** Decodes the capture named by the first argument and prints how many packets it held: the program that the bench times. */
const source = await openCapture(process.argv[2]);
let seen = 0;
const decoder = new CaptureDecoder((segment) => {
  // Something of every segment is used, so that no engine may leave it out.
  seen = (seen + segment.seq + segment.payloadLength) | 0;
});
for await (const chunk of source) decoder.push(chunk);
decoder.end();
if (seen === 1) console.error("an unlikely sum");
console.log(decoder.counters.packets);
