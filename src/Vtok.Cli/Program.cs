using Vtok.Cli;

bool interactive = !Console.IsErrorRedirected;
using Stream errors = Environment.GetEnvironmentVariable("VTOK_DEBUG") == "1" ? Console.OpenStandardError() : NativeErrors.Divert();
return Start.Run(args, errors, interactive);
