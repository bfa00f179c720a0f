using Vtok.Cli;

bool heard = StandardDescriptor.WasGiven(StandardDescriptor.Errors), interactive = heard && !Console.IsErrorRedirected;
using Stream errors = heard && Environment.GetEnvironmentVariable("VTOK_DEBUG") == "1" ? Console.OpenStandardError() : NativeErrors.Divert();
return Start.Run(args, errors, interactive);
