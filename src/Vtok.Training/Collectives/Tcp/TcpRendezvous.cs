using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Vtok.Training.Collectives.Tcp;

/// <summary>How the processes of a run find each other: all connect to process 0 and say who they are.</summary>
/// <remarks>Hello: magic, version, world, rank, four bytes each, little endian. Answer: the length of a refusal (0 means welcome), then its text.</remarks>
internal sealed class TcpRendezvous(LaunchEnvironment place, CollectiveOptions options)
{
    private const uint Magic = 0x4B4F5456; // "VTOK"
    private const int Version = 1;
    private const int HelloBytes = 16;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(10);

    /// <summary>At process 0: waits for all others.</summary>
    /// <param name="joined">Told of each connection with its rank.</param>
    /// <param name="check">Throws when one that has come is gone again.</param>
    /// <exception cref="CollectiveException">One that came does not belong to this run, or they do not all come.</exception>
    /// <exception cref="OperationCanceledException">Asked to stop before.</exception>
    public void Accept(Action<int, Socket> joined, Action check)
    {
        using Socket listener = Listen();
        var missing = Enumerable.Range(1, place.World - 1).ToHashSet();
        var clock = new WaitClock(options);
        while (missing.Count > 0)
        {
            check();
            options.Stop.ThrowIfCancellationRequested();
            if (!listener.Poll(Retry, SelectMode.SelectRead))
            {
                clock.Check(waited => $"rank 0 has waited {waited} s for {Ranks.Name(missing)} to come to port {place.MasterPort}", CollectiveError.Unreachable);
                continue;
            }
            Socket socket = listener.Accept();
            int? rank = null;
            try
            {
                rank = Welcome(socket, missing);
            }
            finally
            {
                if (rank is null)
                    socket.Dispose();
            }
            if (rank is { } who)
                joined(who, socket);
        }
    }

    /// <summary>At the others: connects to process 0.</summary>
    /// <exception cref="CollectiveException">It is not there, or does not want this process.</exception>
    /// <exception cref="OperationCanceledException">Asked to stop before.</exception>
    public Socket Connect()
    {
        var clock = new WaitClock(options);
        while (true)
        {
            options.Stop.ThrowIfCancellationRequested();
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(place.MasterAddress!, place.MasterPort);
                Introduce(socket);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                clock.Check(waited => $"rank {place.Rank} has waited {waited} s for rank 0 at {place.MasterAddress}:{place.MasterPort} ({e.Message})",
                    CollectiveError.Unreachable);
                Thread.Sleep(Retry);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private Socket Listen()
    {
        // A run on one machine is nobody else's business.
        bool here = place.MasterAddress == "localhost" || (IPAddress.TryParse(place.MasterAddress, out IPAddress? master) && IPAddress.IsLoopback(master));
        IPAddress address = here ? IPAddress.Loopback : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, place.MasterPort));
            socket.Listen(place.World);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new CollectiveException(CollectiveError.Unreachable, $"rank 0 cannot listen at port {place.MasterPort}: {e.Message}; set MASTER_PORT to a free one", e);
        }
    }

    private int? Welcome(Socket socket, HashSet<int> missing)
    {
        Span<byte> hello = stackalloc byte[HelloBytes];
        try
        {
            Receive(socket, hello);
            if (BinaryPrimitives.ReadUInt32LittleEndian(hello) != Magic)
                return null;
            int version = BinaryPrimitives.ReadInt32LittleEndian(hello[4..]), world = BinaryPrimitives.ReadInt32LittleEndian(hello[8..]);
            int rank = BinaryPrimitives.ReadInt32LittleEndian(hello[12..]);
            string refusal = version != Version ? $"rank {rank} is another version of vtok-train than rank 0"
                : world != place.World ? $"rank {rank} was started as one of {world} processes, rank 0 as one of {place.World}"
                : !missing.Remove(rank) ? $"there is a rank {rank} already: two processes were started with the same rank"
                : "";
            byte[] text = Encoding.UTF8.GetBytes(refusal);
            byte[] answer = new byte[4 + text.Length];
            BinaryPrimitives.WriteInt32LittleEndian(answer, text.Length);
            text.CopyTo(answer, 4);
            socket.Send(answer);
            return refusal.Length == 0 ? rank : throw new CollectiveException(CollectiveError.OutOfStep, refusal); // what was started wrongly will not come right
        }
        catch (SocketException)
        {
            return null; // a stranger, or one that will come again
        }
    }

    private void Introduce(Socket socket)
    {
        Span<byte> hello = stackalloc byte[HelloBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(hello, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(hello[4..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(hello[8..], place.World);
        BinaryPrimitives.WriteInt32LittleEndian(hello[12..], place.Rank);
        socket.Send(hello);
        Span<byte> length = stackalloc byte[4];
        Receive(socket, length);
        int count = BinaryPrimitives.ReadInt32LittleEndian(length);
        if (count == 0)
            return;
        byte[] refusal = new byte[Math.Clamp(count, 0, 1000)];
        Receive(socket, refusal);
        throw new CollectiveException(CollectiveError.OutOfStep, Encoding.UTF8.GetString(refusal));
    }

    private static void Receive(Socket socket, Span<byte> bytes)
    {
        socket.ReceiveTimeout = (int)Answer.TotalMilliseconds;
        while (bytes.Length > 0)
        {
            int count = socket.Receive(bytes);
            bytes = count > 0 ? bytes[count..] : throw new SocketException((int)SocketError.ConnectionReset);
        }
    }
}
