import { signal } from "@preact/signals";
import type { Layer } from "./layers.ts";

/** How many shades the style sheet has of each meaning: `--abnormal-0` and so on. */
const SHADES = { abnormal: 5, undecided: 2, benign: 3 } as const;

const dark = matchMedia("(prefers-color-scheme: dark)");
/** True in the dark theme; a canvas must be drawn anew when it changes. */
export const isDark = signal(dark.matches);
dark.addEventListener("change", () => (isDark.value = dark.matches));

/** The custom property that holds a layer's colour. */
export function colourOf({ meaning, shade }: Pick<Layer, "meaning" | "shade">): string {
  return `--${meaning}-${Math.min(shade, SHADES[meaning] - 1)}`;
}

/** What a custom property stands for at the moment. */
export function styleValue(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
