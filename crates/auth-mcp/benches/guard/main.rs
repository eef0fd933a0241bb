//! What the guard costs: one route with and without it, in the same run. `cargo xtask bench`
//!
//! Time on a machine that others use too says little; what the server's own process spends on a request says more.
//! So the requests come from another process, and the ways take turns.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench measures time, tells it, and stops at what it did not expect"
)]

mod load;
mod routes;

use std::net::SocketAddr;
use std::time::{Duration, Instant};
use std::{env, fs, process};

use load::Load;
use routes::Served;

/// How often each way takes its turn, and for how long.
const ROUNDS: usize = 7;
const TURN: Duration = Duration::from_millis(700);
/// Keep-alive connections at once: with few of them every wake-up would count.
const CONNECTIONS: usize = 16;

/// One way through the server, and what came of its turns.
struct Way {
    served: Served,
    per_second: Vec<f64>,
    cpu: Vec<f64>,
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if let Some(at) = arguments.iter().position(|word| word == Load::FLAG) {
        println!("{}", Load::parsed(arguments.get(at..).unwrap()).run(CONNECTIONS));
        return;
    }
    // One thread, as one core: what is measured is the work and not how it is spread.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (_app, served) = runtime.block_on(routes::serve());
    let mut ways: Vec<Way> =
        served.into_iter().map(|served| Way { served, per_second: Vec::new(), cpu: Vec::new() }).collect();
    for way in &ways {
        turn(way.served.address, &way.served.load);
    }
    for _ in 0..ROUNDS {
        for way in &mut ways {
            let (per_second, cpu) = turn(way.served.address, &way.served.load);
            way.per_second.push(per_second);
            way.cpu.push(cpu);
        }
    }
    tell(&mut ways);
}

/// Lets a process of its own ask for a while: answers per second, and microseconds of ours for each.
fn turn(address: SocketAddr, load: &str) -> (f64, f64) {
    let mut asks = process::Command::new(env::current_exe().unwrap());
    asks.args([Load::FLAG, &address.to_string(), &TURN.as_millis().to_string(), load]);
    let (before, began) = (spent(), Instant::now());
    let told = asks.output().unwrap();
    let (took, spent) = (began.elapsed(), spent().saturating_sub(before));
    let answers: u32 = String::from_utf8(told.stdout).unwrap().trim().parse().unwrap();
    assert!(answers > 0, "nothing was answered: {}", String::from_utf8_lossy(&told.stderr));
    (f64::from(answers) / took.as_secs_f64(), spent.as_secs_f64() * 1e6 / f64::from(answers))
}

/// The processor time of this process so far, which Linux counts in hundredths of a second.
fn spent() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks: u64 = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<u64>().unwrap()).sum();
    Duration::from_millis(ticks * 10)
}

fn tell(ways: &mut [Way]) {
    let bare = median(&mut ways.first_mut().unwrap().cpu);
    let read = median(&mut ways.get_mut(1).unwrap().cpu);
    for way in ways {
        let (per_second, cpu) = (median(&mut way.per_second), median(&mut way.cpu));
        println!(
            "bench: {}: {per_second:.0} requests a second, {cpu:.0} µs of the processor each: {:.1} times the bare \
             route, {:.1} times the route with one read",
            way.served.name,
            cpu / bare,
            cpu / read
        );
    }
    println!(
        "bench: each figure is the median of {ROUNDS} turns of {} ms, with {CONNECTIONS} connections and one thread \
         that serves",
        TURN.as_millis()
    );
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    *values.get(values.len() / 2).unwrap()
}
