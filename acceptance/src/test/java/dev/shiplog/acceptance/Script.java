package dev.shiplog.acceptance;

/** What happens in the incidents of a kind. */
@FunctionalInterface
interface Script {
    /** Returns once all has ended, and the scene knows the ends. */
    void play(Scene scene) throws Exception;
}
