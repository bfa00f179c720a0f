using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TorchSharp;
using Vtok.Codec;
using Vtok.Imaging;
using Vtok.Torch;

namespace Vtok.Cli.Commands;

/// <summary>`vtok doctor`: what was loaded from where, why CUDA is off, and whether the numbers are right.</summary>
internal static class DoctorCommand
{
    public static Command Create(CliConsole console)
    {
        Option<bool> json = Options.Json();
        var command = new Command("doctor", "Say what is loaded from where, why CUDA is off, and whether the numbers are right.") { json };
        command.SetAction(parsed =>
        {
            var lines = new Report(console, parsed.GetValue(json));
            lines.Add("vtok", $"{CommandLine.Version} in {console.ProgramFolder}");
            lines.Add("system", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores");
            Models(lines, console.Models());
            int exitCode = Pictures(lines);
            exitCode = Libtorch(lines) is not ExitCodes.Done and int failure ? failure : exitCode;
            lines.Finish(exitCode);
            return exitCode;
        });
        return command;
    }

    private static void Models(Report lines, ModelStore store)
    {
        lines.Add("model folders", store.Roots.Count == 0 ? "none (VTOK_MODELS is not set and no checkpoints/ is beside the program)" : string.Join(", ", store.Roots));
        lines.Add("models", store.Folders().Select(f => Path.GetFileName(f)!).ToArray() is { Length: > 0 } names ? string.Join(", ", names) : "none");
    }

    private static int Pictures(Report lines)
    {
        try
        {
            var codec = new VipsImageCodec();
            var picture = new RgbImage(5, 4);
            new Random(1).NextBytes(picture.Pixels);
            bool same = codec.Decode(codec.Encode(picture, ImageFormat.Png)).Pixels.AsSpan().SequenceEqual(picture.Pixels);
            lines.Check("libvips: a picture written and read", same ? null : "other pixels came back");
            return same ? ExitCodes.Done : ExitCodes.Bug;
        }
        catch (Exception e) when (e is NotSupportedException or DllNotFoundException or TypeInitializationException)
        {
            lines.Check("libvips", e.Message);
            return ExitCodes.Bug;
        }
    }

    private static int Libtorch(Report lines)
    {
        LibtorchInfo info;
        try
        {
            info = NativeTorch.Load();
        }
        catch (DllNotFoundException e)
        {
            lines.Check("libtorch", Refusal.Of(e).Message);
            return ExitCodes.Model;
        }
        lines.Add("libtorch", $"{info.Directory} ({info.Source})");
        lines.Add("its binding", info.Shim);
        return Numbers(lines, info);
    }

    // Apart, so that no TorchSharp type is touched before libtorch is there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Numbers(Report lines, LibtorchInfo info)
    {
        lines.Add("threads", $"{torch.get_num_threads()} (--threads changes it)");
        bool cuda = info.Cuda && torch.cuda.is_available();
        lines.Add("cuda", cuda ? $"on, {torch.cuda.device_count()} device(s)" : WhyOff(info));
        foreach (torch.Device device in cuda ? new[] { torch.CPU, torch.CUDA } : [torch.CPU])
            foreach ((string name, string? fault) in NumericSelfTest.Run(device))
            {
                lines.Check($"{device.type.ToString().ToLowerInvariant()}: {name}", fault);
                if (fault is not null)
                    return ExitCodes.Model;
            }
        return ExitCodes.Done;
    }

    private static string WhyOff(LibtorchInfo info) => info.Cuda
        ? "off: the CUDA libraries were loaded, but the driver offers no device (is nvidia-smi happy?)"
        : "off: this libtorch was built for the CPU (set VTOK_LIBTORCH to the folder of one with CUDA, or publish with -p:VtokTorch=cuda-linux)";

    /// <summary>Prints line by line, since a bad library may end the process at any of them.</summary>
    private sealed class Report(CliConsole console, bool json)
    {
        private readonly JsonObject _facts = [];
        private readonly JsonArray _checks = [];

        public void Add(string name, string value)
        {
            _facts[name] = value;
            Print($"{name,-14} {value}");
        }

        public void Check(string name, string? fault)
        {
            _checks.Add(new JsonObject { ["check"] = name, ["fault"] = fault });
            Print(fault is null ? $"ok             {name}" : $"FAIL           {name}: {fault}");
        }

        public void Finish(int exitCode)
        {
            if (json)
                console.WriteLine(new JsonObject { ["facts"] = _facts, ["checks"] = _checks, ["exitCode"] = exitCode }.ToJsonString(FileRun.Indented));
        }

        private void Print(string line)
        {
            if (!json)
                console.WriteLine(Refusal.Printable(line));
        }
    }
}
