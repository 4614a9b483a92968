#ifndef WF_START_STATE_H
#define WF_START_STATE_H

#include <stdbool.h>

/// True if the signal was ignored when this process started.
bool wf_started_ignoring(int signal);
/// Dispositions and mask as they were when this process started. By raw calls alone, so that a process
/// may use it that shares its memory with another.
void wf_restore_start_signals(void);

#endif
