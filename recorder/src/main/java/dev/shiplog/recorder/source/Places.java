package dev.shiplog.recorder.source;

/** For requests that are under way at once; who wants to make one more waits for a place. Thread safe. */
final class Places {
    private int all;
    private int taken;

    Places(int all) {
        this.all = all;
    }

    synchronized void take() throws InterruptedException {
        while (taken >= all) {
            wait();
        }
        taken++;
    }

    synchronized void giveBack() {
        taken--;
        notify();
    }

    /** Where there are fewer than before, as many must be given back before the next is taken. */
    synchronized void resize(int wanted) {
        all = wanted;
        notifyAll();
    }
}
