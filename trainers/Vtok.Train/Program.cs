using System.Runtime.InteropServices;
using Vtok.Train;

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext context)
{
    context.Cancel = true; // the run saves and leaves by itself
    stop.Cancel();
}
using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
return TrainCommand.Create(stop.Token).Parse(args).Invoke(new() { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
