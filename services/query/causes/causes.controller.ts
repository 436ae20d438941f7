import { Controller, Get, Query } from "@nestjs/common";
import { ApiOkResponse, ApiOperation, ApiTags } from "@nestjs/swagger";
import { causePage, CAUSES } from "@hangup/causes";
import { z } from "zod";

const causeSchema = z.object({
  name: z.string(),
  kinds: z.array(z.string()).meta({ description: "Kinds under which it occurs, the usual one first" }),
  parent: z.string().nullable().meta({ description: "The coarser cause that it refines" }),
  benign: z.boolean().nullable().meta({
    description: "An end that harms nobody: its resets are left out of abnormal_rst_rate; null when the row decides",
  }),
  needs: z.array(z.string()).meta({
    description:
      "What its rule must see: F SYN, FIN and RST suffice, H all headers, P payload or options, I ICMP, K kernel, X other vantages or connections",
  }),
  summary: z.string(),
  guide: z.string().meta({ description: "Its page in the guide, on this server: what it means, and what to do" }),
});
const causesSchema = z.object({ rows: z.array(causeSchema) });

@ApiTags("causes")
@Controller("api/v1")
export class CausesController {
  @Get("causes")
  @ApiOperation({ summary: "Every cause that Hangup can name" })
  @ApiOkResponse({ standardSchema: causesSchema })
  causes(@Query({ schema: z.strictObject({}) }) _none: object): z.output<typeof causesSchema> {
    return {
      rows: CAUSES.map(({ name, kinds, parent, benign, needs, summary }) => ({
        name,
        kinds: [...kinds],
        parent,
        benign: benign === "small" ? null : benign,
        needs: [...needs],
        summary,
        guide: `/guide/${causePage(name)}`,
      })),
    };
  }
}
