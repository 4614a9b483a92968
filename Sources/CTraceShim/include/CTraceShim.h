#ifndef WF_TRACE_SHIM_H
#define WF_TRACE_SHIM_H
#endif
