package dev.shiplog.replay.explain;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The end of the engine or of the recorder shortly after the end of a life, with which it may have to do.
 *
 * @param time ns since the epoch
 * @param ofEngine whether the engine went; else the recorder was told to stop
 * @param complete whether all that ran were asked to end at that moment, and have ended just before, as far as is known
 * @param together how many containers were asked to end at the same moment as this one, itself among them
 */
record Shutdown(long time, boolean ofEngine, boolean complete, int together) {
    /** An engine that is shut down asks all containers to end within some 10 ms, and more on a busy host. */
    private static final long TOGETHER = 150_000_000L;

    /** It goes when the last of them has ended, after about a second. */
    private static final long SHORTLY = 5 * Life.SECOND;

    /**
     * Notes the end of the engine or of the recorder with each life that was asked to end at one moment with all others,
     * and so may have ended because of that. It is no shutdown if anybody ran on who was not asked; one of whom events may
     * be missing may have been asked.
     *
     * @param over those that ended lately
     */
    static void note(long time, boolean ofEngine, Collection<OpenLife> over, List<OpenLife> running) {
        List<OpenLife> ended = over.stream()
                .filter(life -> life.started < time && life.shutdown == null)
                .toList();
        long[] asked = ended.stream()
                .mapToLong(life -> life.has("stop") || life.missed(life.ended, time) ? life.asked() : 0)
                .toArray();
        long[] stillAsked = running.stream().mapToLong(OpenLife::asked).toArray();
        for (int i = 0; i < asked.length; i++) {
            long moment = asked[i];
            int together = count(asked, moment) + count(stillAsked, moment);
            boolean complete = running.stream().allMatch(life -> mayBeAsked(life, moment, time))
                    && isComplete(time, moment, asked, ended);
            if (moment != 0 && (complete || together > 1)) {
                ended.get(i).shutdown = new Shutdown(time, ofEngine, complete, together);
            }
        }
    }

    private static boolean isComplete(long time, long moment, long[] asked, List<OpenLife> ended) {
        long newest = 0;
        for (int i = 0; i < asked.length; i++) {
            OpenLife life = ended.get(i);
            if (isWith(asked[i], moment)) {
                newest = Math.max(newest, life.ended);
            } else if (life.started < moment && life.ended > moment + TOGETHER && !mayBeAsked(life, moment, time)) {
                return false;
            }
        }
        return time - newest <= SHORTLY;
    }

    private static boolean mayBeAsked(OpenLife life, long moment, long time) {
        return life.missed(moment - TOGETHER, time);
    }

    private static int count(long[] asked, long moment) {
        return (int) Arrays.stream(asked).filter(other -> isWith(other, moment)).count();
    }

    private static boolean isWith(long asked, long moment) {
        return asked != 0 && Math.abs(asked - moment) <= TOGETHER;
    }
}
