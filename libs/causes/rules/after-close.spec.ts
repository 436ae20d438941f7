import { Conversation } from "@hangup/connections";
import { describe, expect, it } from "vitest";
import { tell } from "../told.ts";

const EXCHANGE = "cS sSA cA cD200 sA sD3000 cA";

describe("the sender of the RST had closed", () => {
  it.each([
    {
      text: `${EXCHANGE} sF cA cD500 sR`,
      said: "reset:data_after_close",
      benign: false,
      evidence: ["late_data", "own_fin"],
    },
    { text: `${EXCHANGE} cF sA sD500 cR`, said: "reset:data_after_close", benign: false, evidence: ["late_data"] },
    {
      text: `${EXCHANGE} sF cA cD31 sR`,
      said: "reset:data_after_close",
      benign: true,
      evidence: ["late_close_notify"],
    },
    // Windows: an abort that acknowledges what came after its FIN
    { text: `${EXCHANGE} sF cA cD500 sRA`, said: "reset:data_after_close", benign: false, evidence: ["late_data"] },
    { text: `${EXCHANGE} sF cA sRA`, said: "reset:app_abort", benign: false, evidence: ["own_fin"] },
    // the other side had closed: no data_after_close
    {
      text: `${EXCHANGE} sF cA cRA`,
      said: "reset:rst_instead_of_fin",
      benign: true,
      evidence: ["peer_fin", "nothing_missing"],
    },
  ])("$text → $said", ({ text, evidence, ...expected }) => {
    const [row] = tell([new Conversation().play(text)]);
    expect(row).toMatchObject({ ...expected, stage: "closing", evidence: expect.arrayContaining(evidence) });
  });

  it("cannot tell from SYN, FIN and RST alone how much came late", () => {
    const [row] = tell([new Conversation().play(`${EXCHANGE} sF cA cD31 sR`)], { flags: true });
    expect(row).toMatchObject({ said: "reset:data_after_close", benign: null, confidence: 95 });
  });
});
