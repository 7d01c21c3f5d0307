// Lesson: the banner of a fit as a game. The score, how warm it is, the step to do, and the few commands that there are.
// UI state: the lesson is the session's; nothing is kept here.
import { useLocal, type Local } from "../state/local";
import type { LessonScore } from "../state/protocol";
import { Button, PlaceError } from "../ui/parts";
import { Icon } from "../ui/icons";

/** The score as it stands: of the slider under the hand, else of the last exact view. */
export function scoreNow(local: Local): LessonScore | null {
  const { lesson } = local.lab.view.value!;
  const frame = local.lab.spectrum.value;
  if (!lesson) return null;
  return frame?.preview && frame.score ? frame.score : lesson;
}

export function Lesson() {
  const local = useLocal();
  const lesson = local.lab.view.value?.lesson;
  const score = lesson && scoreNow(local);
  if (!lesson || !score) return null;
  const act = (name: "shuffle" | "resample" | "reveal" | "leave" | "next") => void local.act("lesson", name);
  const percent = Math.round(100 * Math.min(1, Math.max(0, score.level)));
  return (
    <section class="sl-lesson" aria-label="Lesson">
      <div class="sl-lesson-score" title="How far the statistic is above that of the hidden best fit: 1 is one standard deviation of one parameter">
        <span class="sl-lesson-number">{score.score}</span>
        <span class="sl-lesson-what">above the best</span>
      </div>
      <div class="sl-lesson-middle">
        <div class="sl-lesson-bar" role="meter" aria-label="Nearness to the best fit" aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent} aria-valuetext={score.word}>
          <div style={{ width: `${percent}%` }} />
        </div>
        <div class="sl-lesson-word"><strong role="status" aria-live="polite">{score.word}</strong><span class="sl-faint">{lesson.counts}</span></div>
      </div>
      <div class="sl-lesson-tools">
        <Button icon="dice" label="Shuffle" title="Put the sliders at random places near the best fit (Shift H)" onClick={() => act("shuffle")} />
        <Button icon="poisson" label="New counts" title="Draw new counts from the model in hand, as if it were the truth; can be undone (Shift C)" onClick={() => act("resample")} />
        <Button icon="target" label="Show me" title="Put the sliders at the hidden best fit; can be undone (Shift B)" onClick={() => act("reveal")} />
        <Button icon="close" label="Leave" title="Leave the lesson: everything is as it was before (Shift T)" onClick={() => act("leave")} />
      </div>
      {lesson.step && (
        <div class={`sl-lesson-step ${lesson.step.reached ? "sl-reached" : ""}`}>
          <span class="sl-lesson-at">Step {lesson.at} of {lesson.of}</span>
          <span class="sl-lesson-say">{lesson.step.say}</span>
          {lesson.step.goal && <span class="sl-tag" title="This step is done when it holds">{lesson.step.reached && <Icon name="check" size={13} />}{lesson.step.goal}</span>}
          <Button label={lesson.at < lesson.of ? "Next" : "Done"} icon={lesson.step.reached ? "check" : undefined} kind={lesson.step.reached ? "primary" : "plain"}
            title={lesson.step.reached ? "Go on (Shift N)" : "Go on without it (Shift N)"} onClick={() => act("next")} />
        </div>
      )}
      {!lesson.step && lesson.of > 0 && <div class="sl-lesson-step sl-reached"><Icon name="check" /><span class="sl-lesson-say">That was the last step. Play on, or leave.</span></div>}
      <PlaceError place="lesson" />
    </section>
  );
}

/** The colours of the residuals, in the legend. */
export function HeatKey() {
  return (
    <span class="sl-key sl-heat" title="Colour of a residual: how much its channel adds to the statistic">
      adds {["< 1", "1–4", "4–9", "> 9"].map((text, i) => <span key={text}><i class={`sl-heat-${i}`} />{text}</span>)}
    </span>
  );
}
